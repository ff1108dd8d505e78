package io.espalier.bench;

import com.google.errorprone.annotations.FormatMethod;
import io.espalier.backup.repository.LocalObjectStore;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.server.DirectServer;
import io.espalier.backup.server.HostKeys;
import io.espalier.backup.server.Intake;
import io.espalier.backup.server.RedisServer;
import io.espalier.backup.server.ServerIdentity;
import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.DirectSink;
import io.espalier.backup.transport.Frame;
import io.espalier.backup.transport.HostKey;
import io.espalier.backup.transport.Receipts;
import io.espalier.backup.transport.RedisBus;
import io.espalier.backup.transport.RedisSink;
import io.espalier.testkit.RedisCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Backup objects through a Redis Cluster and over HTTPS, into a store that syncs (args: MiB, default 1024). */
public final class BackupRedisBench {
    private static final int OBJECT = 16 << 20;
    private static final int AT_ONCE = 4;
    private static final Auid HOST = new Auid("bench-1");
    private static final String TOKEN = "a-token-of-the-benchmark";

    private BackupRedisBench() {}

    public static void main(String[] args) throws Exception {
        int mebibytes = args.length > 0 ? Integer.parseInt(args[0]) : 1_024;
        Path folder = Files.createTempDirectory("espalier-backup-bench");
        try (RedisCluster cluster = RedisCluster.start(folder.resolve("redis"))) {
            run(mebibytes, folder, cluster);
        } finally {
            delete(folder);
        }
    }

    private static void run(int mebibytes, Path folder, RedisCluster cluster) throws Exception {
        ServerIdentity identity = ServerIdentity.in(folder.resolve("keys"));
        HostKeys hosts = _ -> Optional.of(HostKey.ofToken(TOKEN));
        Receipts.Verifier verifier = Receipts.Verifier.parse(identity.receiptKey());
        RedisServer.Settings settings = RedisServer.Settings.usual(identity.epoch());
        List<Integer> masters = cluster.masters();
        long base = masters.stream().mapToLong(cluster::usedMemory).max().orElse(0);
        double redis;
        AtomicLong most = new AtomicLong();
        var intake = intake(folder.resolve("by-redis"), identity);
        try (var server = new RedisServer(bus(cluster), intake, hosts, settings);
                var sink = new RedisSink(bus(cluster), RedisSink.Settings.of(HOST, HostKey.ofToken(TOKEN)), verifier)) {
            put(sink, 64, 1);
            redis = watched(cluster, masters, most, () -> put(sink, mebibytes, 2));
            if (server.sessions() == 0) {
                throw new IllegalStateException("no session");
            }
        }
        double direct;
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server =
                        new DirectServer(address, identity.tls(), intake(folder.resolve("by-https"), identity), hosts);
                var sink = new DirectSink(
                        DirectSink.Settings.of(
                                URI.create("https://127.0.0.1:" + server.port()), identity.fingerprint(), HOST, TOKEN),
                        verifier)) {
            put(sink, 64, 1);
            direct = put(sink, mebibytes, 3);
        }
        long connections = 12; // lanes and sessions, each with a reader and a writer, and the two that look around
        long bound = base + settings.masterBudget() + 3L * Frame.MAX_DATA * connections + (1 << 20);
        say(
                "objects          %,d MiB in pieces of %d MiB, %d at once, synced and read back",
                mebibytes, OBJECT >> 20, AT_ONCE);
        say("redis cluster    %.0f MB/s (six processes, wanted: 60)", redis);
        say("https            %.0f MB/s", direct);
        say("ratio            %.2f of https", redis / direct);
        say(
                "redis memory     %.1f MB at most on a master; bound %.1f MB = %.1f at rest + %d window budget + 3 x"
                        + " frame x %d connections + 1 backlog",
                most.get() / 1e6, bound / 1e6, base / 1e6, settings.masterBudget() >> 20, connections);
        if (most.get() > bound) {
            throw new IllegalStateException("over the bound");
        }
    }

    private static RedisBus bus(RedisCluster cluster) {
        return new RedisBus(RedisBus.Settings.of(cluster.nodes()));
    }

    private static Intake intake(Path folder, ServerIdentity identity) {
        return new Intake(LocalObjectStore.in(folder), identity.signer(), Intake.Limits.USUAL, Clock.systemUTC());
    }

    /** Looks at the masters' memory twice a second meanwhile. */
    private static double watched(RedisCluster cluster, List<Integer> masters, AtomicLong most, Callable<Double> work)
            throws Exception {
        var isOver = new AtomicBoolean();
        Thread watch = Thread.ofVirtual().start(() -> {
            while (!isOver.get()) {
                masters.forEach(node -> most.accumulateAndGet(cluster.usedMemory(node), Math::max));
                java.util.concurrent.locks.LockSupport.parkNanos(500_000_000);
            }
        });
        try {
            return work.call();
        } finally {
            isOver.set(true);
            watch.join();
        }
    }

    /** Megabytes a second, from the first byte to the last receipt. */
    private static double put(ObjectSink sink, int mebibytes, long seed) throws Exception {
        byte[] bytes = new byte[OBJECT];
        new Random(seed).nextBytes(bytes);
        int count = Math.max(1, (mebibytes << 20) / OBJECT);
        long start = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Callable<Long>> puts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                puts.add(() -> {
                    byte[] own = bytes.clone();
                    ByteBuffer.wrap(own).putInt(number);
                    return sink.put(ObjectName.of(ObjectName.Kind.PACK, own), ByteBuffer.wrap(own))
                            .size();
                });
            }
            long sum = 0;
            for (Future<Long> put : threads.invokeAll(puts)) {
                sum += put.get();
            }
            return sum / 1e6 / ((System.nanoTime() - start) / 1e9);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @FormatMethod
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}

package io.espalier.backup.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.backup.repository.LocalObjectStore;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.server.Intake;
import io.espalier.backup.server.RedisServer;
import io.espalier.testkit.Await;
import io.espalier.testkit.RedisCluster;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisTransportIT extends TransportContract {
    static final RedisServer.Settings SETTINGS =
            new RedisServer.Settings(32, 16 << 20, 4 << 20, Duration.ofSeconds(5), Duration.ofMillis(20), 1);

    @TempDir
    static Path nodes;

    static RedisCluster cluster;

    private final List<AutoCloseable> open = new ArrayList<>();
    private RedisServer server;

    @BeforeAll
    static void startCluster() {
        assumeTrue(RedisCluster.isInstalled(), "needs redis-server");
        cluster = RedisCluster.start(nodes, "--maxmemory", "128mb");
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Override
    void serve(Intake intake) {
        if (server != null) {
            server.close();
        }
        server = start(intake);
    }

    private RedisServer start(Intake intake) {
        return new RedisServer(bus(), intake, auid -> hosts.of(auid), SETTINGS);
    }

    private static RedisBus bus() {
        return new RedisBus(RedisBus.Settings.of(cluster.nodes()));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        server.close();
    }

    @Override
    ObjectSink sink(Auid auid, String token, Receipts.Verifier verifier, Duration patience) {
        var settings = new RedisSink.Settings(
                auid, HostKey.ofToken(token), 3, Duration.ofSeconds(2), Duration.ofSeconds(4), patience);
        var sink = new RedisSink(bus(), settings, verifier);
        open.add(sink);
        return sink;
    }

    @Test
    void nothingIsLeftInRedis() throws Exception {
        cluster.masters().forEach(node -> cluster.ask(node, "FLUSHALL")); // what broken sessions of other tests left
        try (var sink = (RedisSink) sink()) {
            for (int i = 0; i < 6; i++) {
                byte[] bytes = Store.bytes(i, 2_000_000);
                sink.put(Store.name(bytes), ByteBuffer.wrap(bytes));
            }
            open.clear();
        }
        Await.until("no session is open", () -> server.sessions() == 0);
        Await.until(
                "no stream is left",
                () -> cluster.masters().stream()
                        .allMatch(node -> cluster.ask(node, "--scan", "--pattern", "{s:*:up")
                                        .isBlank()
                                && cluster.ask(node, "--scan", "--pattern", "{s:*:dn")
                                        .isBlank()));
        cluster.masters().forEach(node -> {
            for (int i = 0; i < Keys.OPENS; i++) {
                assertThat(cluster.ask(node, "XLEN", Keys.open(i))).matches("0|MOVED.*");
            }
        });
    }

    @Test
    void twoServersOnOneStoreShareTheWork() throws Exception {
        try (RedisServer other = start(intake(LocalObjectStore.in(repository)));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(other.sessions()).isZero();
            var sinks = List.of(sink(), sink(), sink(), sink());
            for (int i = 0; i < 24; i++) {
                byte[] bytes = Store.bytes(i, 400_000);
                ObjectSink sink = sinks.get(i % 4);
                threads.submit(() -> sink.put(Store.name(bytes), ByteBuffer.wrap(bytes)));
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(30, java.util.concurrent.TimeUnit.SECONDS))
                    .isTrue();
        }
        for (int i = 0; i < 24; i++) {
            Store.assertHolds(repository, Store.name(Store.bytes(i, 400_000)));
        }
    }

    /** The death matrix can fail: a store that keeps only later is found out. */
    @Test
    void receiptThatComesTooEarlyIsSeen() throws Exception {
        Files.createDirectories(repository);
        serve(intake(new Faulty(LocalObjectStore.in(repository), Faulty.How.KEEPS_LATER)));
        try (var matrix = new DeathMatrix(repository, sink())) {
            Await.until("a lie is seen", () -> !matrix.lies().isEmpty());
        }
    }
}

package io.espalier.backup.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Await;
import io.espalier.testkit.MutableClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way in which a dump of a real Redis can be less than it says. */
class LyingRedisIT {
    private static Servers servers;
    private static Servers.Server server;

    private final Dumps dumps = new Dumps(MutableClock.fixed());

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        servers = new Servers();
        server = servers.redis("redis", "--requirepass", "s3cret", "--enable-debug-command", "local");
        ask("DEBUG", "POPULATE", "20000", "key", "40");
        ask("RPUSH", "list", "a", "b", "12", "-70000", "9999999999");
        ask("SADD", "ints", "1", "2", "300");
        ask("SADD", "words", "x", "y");
        ask("HSET", "hash", "f", "v");
        ask("ZADD", "zset", "1.5", "a", "-inf", "b");
        ask("SET", "long", "z".repeat(5_000));
        ask("SET", "expires", "x", "EX", "1000");
        ask(
                "EVAL",
                "for i = 1, 3000 do redis.call('ZADD', 'bigz', i / 7, 'member-number-' .. i);"
                        + " redis.call('HSET', 'bigh', 'field' .. i, i); redis.call('RPUSH', 'bigl', ('w'):rep(i % 90));"
                        + " redis.call('SADD', 'bigs', 'm' .. i) end",
                "0");
        ask("XADD", "stream", "1-1", "f", "v");
        ask("XADD", "stream", "2-1", "f", "w");
        ask("XGROUP", "CREATE", "stream", "g", "0");
        ask("XREADGROUP", "GROUP", "g", "me", "COUNT", "1", "STREAMS", "stream", ">");
        ask("-n", "3", "SET", "elsewhere", "1");
    }

    @AfterAll
    static void stop() throws Exception {
        servers.close();
    }

    private static String ask(String... command) {
        var all = new java.util.ArrayList<>(List.of("--no-auth-warning", "-a", "s3cret"));
        all.addAll(List.of(command));
        return Servers.redis(server, all.toArray(String[]::new));
    }

    private static DumpSpec.Redis spec(DumpSpec.Endpoint node, String password) {
        return new DumpSpec.Redis(
                List.of(node), Optional.of(DumpSpec.Login.of("", password)), Limits.USUAL.idle(Duration.ofSeconds(60)));
    }

    private DumpVerdict dump(DumpSpec spec) {
        return dumps.run(spec, folder.resolve("dump"));
    }

    private void assertFails(DumpSpec spec, Reason reason, String... words) {
        assertThat(dump(spec)).isInstanceOfSatisfying(DumpVerdict.Failed.class, failed -> {
            assertThat(failed.reason()).as(failed.detail()).isEqualTo(reason);
            assertThat(failed.detail()).doesNotContain("s3cret");
            assertThat(List.of(words))
                    .allSatisfy(word -> assertThat(failed.detail()).contains(word));
        });
        assertThat(folder.resolve("dump")).doesNotExist();
        assertThat(folder.resolve("dump.partial")).doesNotExist();
    }

    @Test
    void wholeDumpIsParsedAndAcceptedByRedisItself() {
        DumpVerdict verdict = dump(spec(server.endpoint(), "s3cret"));
        assertThat(verdict).isInstanceOf(DumpVerdict.Ok.class);
        VerifyRecord record = ((DumpVerdict.Ok) verdict).record();
        assertThat(record.parts().getFirst().tables().get("db0").rows()).isEqualTo(Long.parseLong(ask("DBSIZE")));
        assertThat(record.parts().getFirst().tables().get("db3").rows()).isEqualTo(1);
        assertThat(record.notes()).isEmpty();
        assertThat(Servers.ran(List.of(
                        "redis-check-rdb",
                        record.folder().resolve("redis-0.rdb").toString())))
                .contains("RDB looks OK");
    }

    @Test
    void everyFlippedOrMissingByteIsNoticed() throws IOException {
        VerifyRecord record = ((DumpVerdict.Ok) dump(spec(server.endpoint(), "s3cret"))).record();
        byte[] good = Files.readAllBytes(record.folder().resolve("redis-0.rdb"));
        int seen = 0;
        for (int at = 0; at < good.length; at += 1 + at / 40) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            assertThat(isRead(bad)).as("flipped byte %d", at).isFalse();
            assertThat(isRead(java.util.Arrays.copyOf(good, at)))
                    .as("cut at %d", at)
                    .isFalse();
            seen++;
        }
        assertThat(isRead(java.util.Arrays.copyOf(good, good.length + 1))).isFalse();
        assertThat(isRead(good)).isTrue();
        assertThat(seen).isGreaterThan(100);
    }

    private static boolean isRead(byte[] file) throws IOException {
        try {
            return RdbReader.read(new ByteArrayInputStream(file)).unknownType().isEmpty();
        } catch (DumpException e) {
            return false;
        }
    }

    @Test
    void newerValueTypeIsTakenOnItsChecksumAndSaid() throws IOException {
        byte[] file = "REDIS0099\376\0d\1kvalue of a type to come\377".getBytes(StandardCharsets.ISO_8859_1);
        var crc = new Crc64();
        crc.update(file, 0, file.length);
        byte[] whole = java.util.Arrays.copyOf(file, file.length + 8);
        for (int i = 0; i < 8; i++) {
            whole[file.length + i] = (byte) (crc.value() >>> (8 * i));
        }
        assertThat(RdbReader.read(new ByteArrayInputStream(whole)).unknownType())
                .contains(0x64);
        whole[12] ^= 1;
        assertThat(isRead(whole)).isFalse();
    }

    @Test
    void wrongPasswordIsSaid() {
        assertFails(spec(server.endpoint(), "no"), Reason.NOT_SIGNED_IN);
        assertFails(
                new DumpSpec.Redis(List.of(server.endpoint()), Optional.empty(), Limits.USUAL), Reason.NOT_SIGNED_IN);
    }

    @Test
    void accountWithoutTheRightIsRefused() {
        ask("ACL", "SETUSER", "narrow", "on", ">n", "~*", "+@read", "+info");
        var spec = new DumpSpec.Redis(
                List.of(server.endpoint()), Optional.of(DumpSpec.Login.of("narrow", "n")), Limits.USUAL);
        assertFails(spec, Reason.NO_RIGHTS, "NOPERM");
    }

    @Test
    void nobodyThereIsSaid() {
        assertFails(spec(new DumpSpec.Endpoint.Tcp("127.0.0.1", Servers.freePort()), ""), Reason.UNREACHABLE);
    }

    @Test
    void replicaWithoutItsMasterIsRefused() {
        Servers.Server replica =
                servers.redis("replica", "--replicaof", "127.0.0.1", String.valueOf(Servers.freePort()));
        Await.until(
                "it knows", () -> Servers.redis(replica, "INFO", "replication").contains("role:slave"));
        assertFails(
                new DumpSpec.Redis(List.of(replica.endpoint()), Optional.empty(), Limits.USUAL),
                Reason.NOT_CONSISTENT,
                "replica without its master");
    }

    @Test
    void silentServerIsGivenUp() throws Exception {
        Servers.Server frozen = servers.redis("frozen");
        Servers.ran(List.of("kill", "-STOP", String.valueOf(frozen.process().pid())));
        var spec = new DumpSpec.Redis(
                List.of(frozen.endpoint()), Optional.empty(), Limits.USUAL.idle(Duration.ofMillis(500)));
        assertFails(spec, Reason.TIMED_OUT);
    }

    @Test
    void fullSpoolIsSaidToBeFull() throws IOException {
        try (var small = new SmallDisk(folder.resolve("small"))) {
            DumpVerdict verdict =
                    dumps.run(spec(server.endpoint(), "s3cret"), small.folder().resolve("dump"));
            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            DumpVerdict.Failed.class,
                            failed -> assertThat(failed.reason())
                                    .as(failed.detail())
                                    .isEqualTo(Reason.SPOOL_FULL));
        }
    }

    /** Between us and a real server, a wire that ends after some bytes: as when the server is killed there. */
    @Test
    void connectionThatEndsAnywhereIsNoDump() throws IOException {
        for (int bytes : new int[] {0, 3, 40, 200, 1_000, 70_000, 300_000}) {
            try (var wire = new CutWire(server.endpoint(), bytes)) {
                assertThat(dump(spec(wire.endpoint(), "s3cret")))
                        .isInstanceOfSatisfying(
                                DumpVerdict.Failed.class,
                                failed -> assertThat(failed.reason())
                                        .as("cut after %d bytes: %s", bytes, failed.detail())
                                        .isIn(Reason.UNREACHABLE, Reason.TRUNCATED));
            }
        }
    }

    private static final class CutWire implements AutoCloseable {
        private final ServerSocket near = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

        CutWire(DumpSpec.Endpoint to, int bytes) throws IOException {
            var far = (DumpSpec.Endpoint.Tcp) to;
            Thread.ofVirtual().start(() -> {
                try (Socket client = near.accept();
                        var server = new Socket(far.host(), far.port())) {
                    Thread.ofVirtual().start(() -> pump(client, server));
                    InputStream in = server.getInputStream();
                    OutputStream out = client.getOutputStream();
                    byte[] buffer = new byte[4_096];
                    int left = bytes;
                    while (left > 0) {
                        int got = in.read(buffer, 0, Math.min(left, buffer.length));
                        out.write(buffer, 0, got);
                        left -= got;
                    }
                    client.shutdownOutput();
                } catch (IOException e) {
                    // the client went first
                }
            });
        }

        private static void pump(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // the end of the wire
            }
        }

        DumpSpec.Endpoint endpoint() {
            return new DumpSpec.Endpoint.Tcp("127.0.0.1", near.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            near.close();
        }
    }
}

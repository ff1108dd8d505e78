package io.espalier.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.ingest.Intake;
import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.TreeJson;
import io.espalier.metrics.pipe.AccessLog;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.QueryException;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.metrics.wire.BadWireException;
import io.espalier.metrics.wire.Gmetric;
import io.espalier.metrics.wire.Pickle;
import io.espalier.metrics.wire.Statsd;
import io.espalier.metrics.wire.SyslogMessage;
import io.espalier.metrics.wire.XdrWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every parser, with good input changed at random: it takes it or refuses it with its own exception, in a bounded
 * time, and nothing else. The seed is fixed, so a failure can be looked at; the round is in its message.
 */
class HostileInputTest {
    private static final byte[] SPLICE =
            "\0\n\\\"{}[]:,|%*?-+.0123456789eEx<>()=#@$ \u00ff\u0080\u007f".getBytes(StandardCharsets.ISO_8859_1);

    /** One parser. */
    interface Parser {
        void parse(byte[] bytes) throws Exception;
    }

    private record Target(String name, Class<? extends Exception> refusal, Parser parser, List<byte[]> seeds) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static List<byte[]> texts(String... seeds) {
        return Arrays.stream(seeds)
                .map(seed -> seed.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }

    static Stream<Target> targets() {
        var tree = new MetricTree(TreeSettings.ofMachine(), InstantSource.system());
        var intake = new Intake(tree, Optional.empty());
        String combined =
                "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a?b=c HTTP/1.1\" 404 203023 \"http://x.org/y\" \"Moz \\\"q\\\" Chrome/32.0\"";
        return Stream.of(
                new Target(
                        "json",
                        BadJsonException.class,
                        bytes -> new TreeJson().read(bytes, 0, bytes.length, new Batch()),
                        texts(
                                "{\"a\":{\"b\":[1,-2.5e3,true,null,\"x\\u00e9\\ud83d\\ude00\"],\"defaultaction\":\"sketch\"}}",
                                "[{\"a\":1},{\"b\":{\"c\":0.1}}]",
                                "{".repeat(40) + "}")),
                new Target(
                        "push",
                        IllegalStateException.class,
                        bytes -> intake.any(bytes, 0, bytes.length),
                        texts("{\"a\":1}\n{\"b\":\n{\"c\":2}", combined + "\n" + combined)),
                new Target(
                        "log line",
                        IllegalStateException.class,
                        bytes -> {
                            var log = new AccessLog(Optional.of(LogFormat.of("combined")), (_, _, _, _, _, _) -> {});
                            log.block(bytes, 0, bytes.length);
                            log.flush(new Batch());
                        },
                        texts(combined)),
                new Target(
                        "log format",
                        IllegalArgumentException.class,
                        bytes -> {
                            var log = new AccessLog(
                                    Optional.of(LogFormat.of(new String(bytes, StandardCharsets.ISO_8859_1))),
                                    (_, _, _, _, _, _) -> {});
                            byte[] line = combined.getBytes(StandardCharsets.UTF_8);
                            log.block(line, 0, line.length);
                            log.flush(new Batch());
                        },
                        texts(
                                "log_format main '$remote_addr - $remote_user [$time_local] \"$request\" ' '$status ${body_bytes_sent}';",
                                "LogFormat \"%h %l %u %t \\\"%r\\\" %>s %!200,304{Referer}i %O\" combined")),
                new Target(
                        "pickle",
                        BadWireException.class,
                        bytes -> Pickle.read(bytes, 0, bytes.length),
                        texts(
                                "\u0080\2]q\0(X\3\0\0\0a.bq\1J\0\u00f1Se\u0047@)\0\0\0\0\0\0\u0086q\2\u0086q\3h\3e.",
                                "(lp0\n(Va.b\np1\n(I1700000000\nF12.5\ntp2\ntp3\na.")),
                new Target(
                        "xdr",
                        BadWireException.class,
                        bytes -> Gmetric.read(bytes, 0, bytes.length),
                        List.of(
                                XdrWriter.metadata("web1", "cpu_user", "float", "%", 3),
                                XdrWriter.value("web1", "cpu", "12.5"))),
                new Target(
                        "syslog",
                        BadWireException.class,
                        bytes -> SyslogMessage.parse(bytes, 0, bytes.length),
                        texts(
                                "<190>Nov 20 10:05:03 web1 nginx[12]: text",
                                "<165>1 2003-10-11T22:14:15Z h app 12 ID [a@1 x=\"]\\\"\"][b] text")),
                new Target(
                        "statsd",
                        BadWireException.class,
                        bytes -> Statsd.read(bytes, 0, bytes.length),
                        texts(
                                "a.b:1:2|c|@0.1|#t:v,u|T17",
                                "a:1|c:320|ms|@0.5:+7|g",
                                "_e{5,4}:title|text|t:error",
                                "_sc|a|1|m:x")),
                new Target(
                        "key",
                        QueryException.class,
                        bytes -> Query.ofUrl(new String(bytes, StandardCharsets.ISO_8859_1)),
                        texts("br,ie,,venders|sum,sogou*|p99.9", "ip%2A|avg,cpu%7Csum,%252C[a-z!]?")));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void randomInputIsTakenOrRefusedAndNothingElse(Target target) {
        rounds(target, Duration.ofMillis(1200), 20_000);
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("targets")
    void muchRandomInputIsTakenOrRefusedAndNothingElse(Target target) {
        rounds(target, Duration.ofSeconds(60), 5_000_000);
    }

    private static void rounds(Target target, Duration atMost, int rounds) {
        var random = new Random(20261120);
        long end = System.nanoTime() + atMost.toNanos();
        for (int round = 0; round < rounds && System.nanoTime() < end; round++) {
            byte[] input = mutated(target.seeds, random);
            long start = System.nanoTime();
            try {
                target.parser.parse(input);
            } catch (Exception e) {
                assertThat(e).as("round %d: %s", round, Arrays.toString(input)).isInstanceOf(target.refusal);
            } catch (Error e) {
                throw new AssertionError("round " + round + ": " + Arrays.toString(input), e);
            }
            assertThat(System.nanoTime() - start).as("round %d", round).isLessThan(5_000_000_000L);
        }
    }

    private static byte[] mutated(List<byte[]> seeds, Random random) {
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
        int changes = 1 + random.nextInt(6);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = SPLICE[random.nextInt(SPLICE.length)];
                case 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> bytes = Arrays.copyOf(bytes, at);
                case 4 -> bytes = twice(bytes, at, at + random.nextInt(bytes.length - at + 1));
                default -> {
                    byte[] other = seeds.get(random.nextInt(seeds.size()));
                    byte[] joined = Arrays.copyOf(bytes, at + other.length);
                    System.arraycopy(other, 0, joined, at, other.length);
                    bytes = joined;
                }
            }
        }
        return bytes;
    }

    private static byte[] twice(byte[] bytes, int from, int to) {
        byte[] longer = new byte[bytes.length + to - from];
        System.arraycopy(bytes, 0, longer, 0, to);
        System.arraycopy(bytes, from, longer, to, bytes.length - from);
        return longer;
    }
}

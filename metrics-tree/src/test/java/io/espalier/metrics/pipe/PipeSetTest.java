package io.espalier.metrics.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipes that do not come with the tree. Programs are written for the shell, which every machine has. */
class PipeSetTest {
    private static final ExternalPipe.Limits QUICK =
            new ExternalPipe.Limits(Duration.ofMillis(500), Duration.ofMillis(10), 1000);
    private static final ExternalPipe.Limits PATIENT =
            new ExternalPipe.Limits(Duration.ofSeconds(20), Duration.ofMillis(10), 1000);

    @TempDir
    private Path folder;

    private final MetricTree tree = new MetricTree(TreeSettings.ofMachine(), InstantSource.system());

    private Path program(String text) throws IOException {
        Path file = folder.resolve("slow.sh");
        Files.writeString(file, "#!/bin/sh\n" + text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private AccessLog log(PipeSet set) {
        return new AccessLog(Optional.of(LogFormat.of("combined")), set, (_, _, reason, _, _, _) -> {
            throw new AssertionError(reason);
        });
    }

    private void feed(AccessLog log, String... hosts) {
        for (String host : hosts) {
            byte[] line = (host + " - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/7\"")
                    .getBytes(StandardCharsets.UTF_8);
            log.line(line, 0, line.length);
        }
        var batch = new Batch();
        log.flush(batch);
        tree.merge(batch);
    }

    private String get(String key) {
        return Answers.list(new Queries(tree, Budget.USUAL).run(Query.parse(key)));
    }

    @Test
    void aProgramGetsTheFieldsItAsksForAndItsAnswersAreMerged() throws Exception {
        Path program = program("""
                read line; echo "$line" >> %1$s/seen; echo '{"fields":["url","status"]}'
                while read line; do
                  echo "$line" >> %1$s/seen
                  case "$line" in *cleanup*) echo '{"mine":{"cleanups":1}}'; exit ;; esac
                  echo '{"mine":{"batches":1}}'
                done
                """.formatted(folder));
        var pipe = new ExternalPipe(program, PATIENT, tree::merge);
        var set = new PipeSet(List.of(pipe));
        Await.until("it has started", () -> Files.exists(folder.resolve("seen")));
        Await.until("a line came with just these fields", () -> {
            feed(log(set), "1.2.3.4");
            return set.settle(Duration.ofSeconds(20))
                    && Files.readString(folder.resolve("seen"))
                            .contains("{\"process\":[{\"url\":\"/a\",\"status\":200}]}");
        });
        assertThat(get("mine,batches")).startsWith("[{\"mine,batches\":");
        set.close();
        assertThat(get("mine,cleanups")).isEqualTo("[{\"mine,cleanups\":1}]");
        assertThat(Files.readString(folder.resolve("seen"))).startsWith("{\"init\":{\"fields\":[");
        assertThat(get("~tree")).isEqualTo("[]");
    }

    @Test
    void aProgramThatDiesIsStartedAgainAndSaysWhy() throws Exception {
        Path program = program("""
                read line; echo '{}'
                read line; echo 'out of luck' >&2; exit 3
                """);
        try (var set = new PipeSet(List.of(new ExternalPipe(program, PATIENT, tree::merge)))) {
            AccessLog log = log(set);
            Await.until("two restarts", () -> {
                feed(log, "1.2.3.4");
                set.settle(Duration.ofSeconds(20));
                return get("~tree,pipes,slow,restarts").matches(".*\":([2-9]|\\d\\d+)}.*");
            });
        }
        assertThat(get("~tree,drops,pipe-slow")).contains("lost 1 lines");
        assertThat(get("~tree,pipes,slow,restarts")).contains("status 3: out of luck");
        assertThat(get("hits")).startsWith("[{\"hits\":");
    }

    @Test
    void aProgramThatDoesNotAnswerIsEndedAndNobodyWaitsForIt() throws Exception {
        Path program = program("read line; echo '{}'; echo $$ > " + folder + "/pid; while :; do sleep 1; done\n");
        try (var set = new PipeSet(List.of(new ExternalPipe(program, QUICK, tree::merge)))) {
            AccessLog log = log(set);
            String[] lines = new String[5000];
            Arrays.fill(lines, "1.2.3.4");
            long start = System.nanoTime();
            feed(log, lines);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            Await.until("dropped lines are counted", () -> {
                feed(log, "1.2.3.4");
                return get("~tree,drops,pipe-slow").contains("queue of 1000 is full");
            });
            Await.until("it is ended", () -> get("~tree,pipes,slow,restarts").contains("no answer within 500 ms"));
        }
        assertThat(get("hits").replaceAll("\\D", ""))
                .satisfies(hits -> assertThat(Long.parseLong(hits)).isGreaterThanOrEqualTo(5000));
        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
        Await.until(
                "no process is left",
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void whatIsNoTreeJsonInAnAnswerIsCountedWithItsReason() throws Exception {
        Path program = program("read line; echo '{}'; while read line; do echo 'debug: hello'; done\n");
        try (var set = new PipeSet(List.of(new ExternalPipe(program, PATIENT, tree::merge)))) {
            feed(log(set), "1.2.3.4");
            assertThat(set.settle(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(get("~tree,drops,pipe-slow")).contains("expected an object").contains("debug: hello");
    }

    @Test
    void aProgramThatAsksForAFieldThatIsNoneIsToldSo() throws Exception {
        Path program = program("read line; echo '{\"fields\":[\"uri\"]}'; read line\n");
        try (var _ = new PipeSet(List.of(new ExternalPipe(program, PATIENT, tree::merge)))) {
            Await.until("it is told", () -> get("~tree,pipes,slow,restarts").contains("field 'uri'"));
        }
    }

    @Test
    void anExceptionOfAServiceIsCountedAndHurtsNoOther() {
        var set = new PipeSet(List.of(new GuardedPipe.Factory(new FailingPipe.Factory())));
        AccessLog log = log(set);
        feed(log, "1.2.3.4", "bad", "1.2.3.4");
        feed(log, "1.2.3.4");
        assertThat(get("hits")).isEqualTo("[{\"hits\":4}]");
        assertThat(get("good")).isEqualTo("[{\"good\":3}]");
        assertThat(get("~tree,drops,pipe-failing")).contains(":1}").contains("no such host");
    }

    /** Counts lines, but for one host. */
    private static final class FailingPipe implements Pipe {
        static final class Factory implements Pipe.Factory {
            @Override
            public String name() {
                return "failing";
            }

            @Override
            public boolean fits(LogFormat format) {
                return format.has(Field.HOST);
            }

            @Override
            public Pipe init() {
                return new FailingPipe();
            }
        }

        private int good;

        @Override
        public void process(LogRecord line) {
            if (line.to(Field.HOST) - line.from(Field.HOST) == 3) {
                throw new IllegalStateException("no such host");
            }
            good++;
        }

        @Override
        public void flush(Batch batch) {
            if (good > 0) {
                batch.add(good, "good");
                good = 0;
            }
        }
    }

    @Test
    void countriesComeFromTheUsersDatabase() throws Exception {
        Path file = folder.resolve("country.mmdb");
        Files.write(
                file,
                new MmdbWriter()
                        .put("81.2.69.0/24", Map.of("country", Map.of("iso_code", "GB")))
                        .put("89.160.0.0/16", Map.of("registered_country", Map.of("iso_code", "SE")))
                        .put("175.16.199.0/24", Map.of("country_code", "CN"))
                        .bytes());
        try (PipeSet set = PipeSet.of(List.of(), Optional.of(file), tree::merge)) {
            feed(
                    log(set),
                    "81.2.69.142",
                    "81.2.69.143",
                    "89.160.20.112",
                    "175.16.199.1",
                    "10.0.0.1",
                    "localhost",
                    "81.2.69.142");
        }
        assertThat(get("geo")).isEqualTo("[{\"geo,CN\":1},{\"geo,GB\":3},{\"geo,SE\":1},{\"geo,unknown\":2}]");
    }

    @Test
    void filesThatAreNoPipesAreRefusedByName() throws Exception {
        Path plain = Files.writeString(folder.resolve("plain.txt"), "x");
        assertThatThrownBy(() -> PipeSet.of(List.of(plain), Optional.empty(), tree::merge))
                .hasMessageContaining("not executable");
        assertThatThrownBy(() -> PipeSet.of(List.of(folder.resolve("none")), Optional.empty(), tree::merge))
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> PipeSet.of(List.of(), Optional.of(plain), tree::merge))
                .isInstanceOf(IOException.class);
    }
}

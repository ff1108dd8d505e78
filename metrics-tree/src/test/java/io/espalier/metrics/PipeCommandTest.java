package io.espalier.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipeCommandTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    private Path log;

    @BeforeEach
    void start() throws IOException {
        log = folder.resolve("access.log");
        String line = "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET %s HTTP/1.1\" %d 5 \"-\" \"curl/7\"\n";
        Files.writeString(
                log,
                line.formatted("/a", 200) + line.formatted("/a", 200) + "Unmatched!\n" + line.formatted("/b", 404));
    }

    private int run(String... arguments) {
        return new PipeCommand(print, print).run(List.of(arguments));
    }

    private int test(String expected, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("expected.json"), expected);
        var arguments = new ArrayList<>(List.of("test", log.toString(), file.toString()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTreeAsExpectedIsStatus0AndOnlyWhatIsExpectedIsCompared() throws IOException {
        assertThat(test("{\"url\":{\"/a\":2,\"/b\":1},\"bytes\":15}")).isZero();
        assertThat(out())
                .contains("access.log:3:1: does not fit combined")
                .contains("format: combined")
                .contains("3 of 4 lines read")
                .contains("ok: 3 leaves as expected");
    }

    @Test
    void eachDifferenceIsALineAndStatus1() throws IOException {
        assertThat(test("{\"url\":{\"/a\":3,\"/c\":1}}")).isEqualTo(1);
        assertThat(out())
                .contains("! url,/a: expected 3, got 2\n")
                .contains("+ url,/b: 1 (not expected)\n")
                .contains("- url,/c: 1 (missing)\n")
                .contains("3 of 2 leaves differ");
    }

    @Test
    void aProgramIsTestedToo() throws IOException {
        Path program = folder.resolve("slow.sh");
        Files.writeString(
                program,
                "#!/bin/sh\nread l; echo '{}'; "
                        + "while read l; do case \"$l\" in *cleanup*) echo '{\"mine\":2}';; *) echo '{}';; esac; done\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        assertThat(test("{\"mine\":2}", "--pipe", program.toString())).isZero();
        assertThat(run("list", "--pipe", program.toString())).isZero();
        assertThat(out()).contains("hits           stock").containsPattern("slow +/.*slow.sh");
    }

    @Test
    void wrongUseIsStatus2AndUnreadableFilesAreNamed() throws IOException {
        assertThat(run()).isEqualTo(2);
        assertThat(run("test", "a")).isEqualTo(2);
        assertThat(run("list", "--nope", "x")).isEqualTo(2);
        assertThat(test("{", "--log-format", "combined")).isEqualTo(1);
        assertThat(test("{}", "--log-format", "hello")).isEqualTo(2);
        assertThat(out()).contains("expected.json: ").contains("no field that is known");
    }
}

package io.espalier.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

class DatabaseIT {

    private static final int ENOUGH = 200;

    @TempDir
    Path folder;

    /** Commits number after number and says so after each. */
    static final class Committer {
        private Committer() {}

        public static void main(String[] args) {
            HikariDataSource database = Database.openH2(Path.of(args[0]));
            JdbcClient jdbc = JdbcClient.create(database);
            for (long number = 1; ; number++) {
                jdbc.sql("insert into manifest_number (auid, number) values (?, ?)")
                        .params("agent-" + number, number)
                        .update();
                System.out.println("committed " + number);
            }
        }
    }

    @Test
    void nothingAcknowledgedIsLostWhenTheProcessIsKilled() throws Exception {
        for (int life = 0; life < 3; life++) {
            Path file = folder.resolve("life" + life).resolve("espalier");
            long acknowledged = commitUntilKilled(file);
            try (HikariDataSource database = Database.openH2(file)) {
                long stored = JdbcClient.create(database)
                        .sql("select count(*) from manifest_number where number <= ?")
                        .param(acknowledged)
                        .query(Long.class)
                        .single();
                assertThat(stored).isEqualTo(acknowledged);
            }
        }
    }

    private static long commitUntilKilled(Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Committer.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long last = 0;
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("committed ")) {
                    last = Long.parseLong(line.substring("committed ".length()));
                }
                if (last >= ENOUGH) {
                    process.toHandle().destroyForcibly(); // SIGKILL; leaves the pipe, so what it had said is still read
                }
            }
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(Duration.ofSeconds(20).toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        assertThat(last).isGreaterThanOrEqualTo(ENOUGH);
        return last;
    }
}

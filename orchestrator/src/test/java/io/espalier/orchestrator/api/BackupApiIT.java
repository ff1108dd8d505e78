package io.espalier.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.RunningOrchestrator;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What is asked of backups and cannot be begun, and who may ask. */
class BackupApiIT {

    @TempDir
    static Path data;

    private static RunningOrchestrator orchestrator;

    @BeforeAll
    static void start() {
        orchestrator = RunningOrchestrator.start(data);
    }

    @AfterAll
    static void stop() {
        orchestrator.close();
    }

    private static HttpResponse<String> post(String token, String path, String body) {
        return orchestrator.send(orchestrator
                .request("/api/v1" + path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private static String token(String right) {
        String made = post(
                        RunningOrchestrator.TOKEN,
                        "/tokens",
                        "{\"label\": \"" + right + "\", \"rights\": [\"" + right + "\"]}")
                .body();
        return JsonMapper.builder().build().readTree(made).path("token").asString();
    }

    @Test
    void nothingIsMadeBeforeTheFirstBackup() {
        assertThat(orchestrator.send(orchestrator.asAdmin("/api/v1/backups")).body())
                .isEqualTo("[]");
        assertThat(orchestrator
                        .send(orchestrator.asAdmin("/api/v1/backups/snapshots"))
                        .body())
                .isEqualTo("[]");
        assertThat(orchestrator.send(orchestrator.asAdmin("/backups")).body()).contains("Nothing is backed up yet");
        assertThat(data.resolve("backup")).doesNotExist();
        assertThat(data.resolve("keys/backup")).doesNotExist();
    }

    @Test
    void whatMakesNoSenseIsRefusedByName() {
        String admin = RunningOrchestrator.TOKEN;
        assertThat(post(admin, "/backups/run", "{\"host\": \"web1\", \"paths\": [\"/srv\"]}"))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(404))
                .satisfies(answer -> assertThat(answer.body()).contains("there is no host web1"));
        assertThat(post(admin, "/backups/run", "{\"host\": \"web1\", \"paths\": [\"srv\"]}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post(admin, "/backups/run", "{\"host\": \"web1\", \"paths\": [\"/srv/../etc\"]}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post(admin, "/backups/run", "{\"host\": \"web1\"}").statusCode())
                .isEqualTo(400);
        assertThat(post(admin, "/backups/run", "{\"host\": \"web1\", \"kind\": \"mysql\"}")
                        .body())
                .contains("mysql needs servers");
        assertThat(post(admin, "/backups/check", "{\"host\": \"web1\"}").statusCode())
                .isEqualTo(404);
        assertThat(post(admin, "/backups/prune", "{\"host\": \"web1\", \"keepWithin\": \"soon\"}")
                        .body())
                .contains("keepWithin: soon");
        assertThat(orchestrator
                        .send(orchestrator.asAdmin("/api/v1/backups/tasks/9"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void lookingIsNotDoingAndDoingIsNotRemoving() {
        String reader = token("read");
        String deployer = token("deploy");
        String body = "{\"host\": \"web1\", \"paths\": [\"/srv\"]}";
        for (String action : new String[] {"run", "restore", "check", "drill", "prune"}) {
            assertThat(post(reader, "/backups/" + action, body).statusCode())
                    .as(action)
                    .isEqualTo(403);
        }
        assertThat(post(deployer, "/backups/run", body).statusCode()).isEqualTo(404);
        assertThat(post(deployer, "/backups/prune", body).statusCode()).isEqualTo(403);
        assertThat(orchestrator
                        .send(orchestrator
                                .request("/api/v1/backups/snapshots/web1/5b1e77d0/entries")
                                .header("Authorization", "Bearer " + reader))
                        .statusCode())
                .isEqualTo(403);
    }
}

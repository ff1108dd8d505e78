package io.espalier.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.store.TestPostgres;
import io.espalier.testkit.Await;
import io.espalier.testkit.PostgresServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two whole orchestrators on one PostgreSQL and one data folder. */
class StandbyIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private RunningOrchestrator start(String database) {
        return RunningOrchestrator.start(
                data,
                "--espalier.database.url=" + TestPostgres.server().url(database),
                "--espalier.database.user=" + PostgresServer.USER,
                "--espalier.database.password=" + PostgresServer.PASSWORD);
    }

    private static HttpResponse<String> get(RunningOrchestrator orchestrator, String path) {
        return orchestrator.send(orchestrator.asAdmin(path));
    }

    @Test
    void secondRefusesEverythingUntilTheFirstHasGone() {
        String database = TestPostgres.emptyDatabase();
        RunningOrchestrator first = start(database);
        try (RunningOrchestrator second = start(database)) {
            try (first) {
                assertThat(get(first, "/actuator/health").statusCode()).isEqualTo(200);
                assertThat(get(second, "/actuator/health").statusCode()).isEqualTo(503);
                for (String path : List.of("/", "/api/v1/status", "/git/fleet.git/info/refs", "/hooks/fleet")) {
                    HttpResponse<String> refused = get(second, path);
                    assertThat(refused.statusCode()).as(path).isEqualTo(503);
                    assertThat(refused.body())
                            .startsWith("this orchestrator stands by; ")
                            .endsWith(" drives the fleet\n");
                    assertThat(refused.headers().firstValue("Retry-After")).contains("5");
                }
                assertThat(get(first, "/api/v1/sources").body()).contains("fleet");
            }
            Await.until(
                    "the second is well",
                    LIMIT,
                    () -> get(second, "/actuator/health").statusCode() == 200);
            Await.until(
                    "the second watches the sources",
                    LIMIT,
                    () -> get(second, "/api/v1/sources").body().contains("fleet"));
        }
    }
}

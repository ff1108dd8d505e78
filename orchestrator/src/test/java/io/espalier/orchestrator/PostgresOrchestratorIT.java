package io.espalier.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.store.TestPostgres;
import io.espalier.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole orchestrator on PostgreSQL: users, tokens and the audit trail, over a restart. */
class PostgresOrchestratorIT {

    @TempDir
    Path folder;

    private RunningOrchestrator start(String database) throws Exception {
        Path password = Files.writeString(folder.resolve("password"), PostgresServer.PASSWORD + "\n");
        return RunningOrchestrator.start(
                folder.resolve("data"),
                "--espalier.database.url=" + TestPostgres.server().url(database),
                "--espalier.database.user=" + PostgresServer.USER,
                "--espalier.database.password-file=" + password.toString());
    }

    @Test
    void usersTokensAndAuditOutliveARestart() throws Exception {
        String database = TestPostgres.emptyDatabase();
        String made;
        try (RunningOrchestrator orchestrator = start(database)) {
            assertThat(orchestrator.send(orchestrator.asAdmin("/api/v1/status")).statusCode())
                    .isEqualTo(200);
            orchestrator.bean(Audit.class).record("ada", "host.enrol", "host web1", "", "a zero\0byte");
            made = tables(database);
        }
        try (RunningOrchestrator orchestrator = start(database)) {
            for (String path : List.of("/status", "/hosts", "/sources", "/rollouts", "/users", "/audit")) {
                var answer = orchestrator.send(orchestrator.asAdmin("/api/v1" + path));
                assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
            }
            assertThat(orchestrator.send(orchestrator.asAdmin("/api/v1/audit")).body())
                    .contains("host.enrol")
                    .contains("a zero");
            assertThat(tables(database)).isEqualTo(made);
        }
        assertThat(folder.resolve("data").resolve("db")).doesNotExist();
    }

    private static String tables(String database) {
        return TestPostgres.server()
                .sql(
                        database,
                        "select (select count(*) from access_user), (select count(*) from access_token),"
                                + " (select count(*) from audit), (select count(*) from flyway_schema_history)");
    }

    @Test
    void passwordFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> RunningOrchestrator.start(
                        folder.resolve("data"),
                        "--espalier.database.url=jdbc:postgresql://127.0.0.1:1/none",
                        "--espalier.database.password-file=/nowhere/password"))
                .rootCause()
                .hasMessageContaining("/nowhere/password");
    }
}

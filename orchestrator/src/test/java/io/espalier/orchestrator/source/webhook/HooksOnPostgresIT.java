package io.espalier.orchestrator.source.webhook;

import io.espalier.orchestrator.source.Databases;
import io.espalier.orchestrator.store.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Webhook deliveries remembered in PostgreSQL. */
class HooksOnPostgresIT extends HooksTest {

    private static final TestPostgres POSTGRES = new TestPostgres();

    @Override
    Databases databases() {
        return new Databases(JdbcClient.create(POSTGRES.fresh()), () -> {});
    }

    @AfterEach
    void closeDatabases() {
        POSTGRES.close();
    }
}

package io.espalier.orchestrator.source;

import io.espalier.orchestrator.store.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Sources watched over PostgreSQL. */
class SourcesOnPostgresIT extends SourcesIT {

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

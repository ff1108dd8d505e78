package io.espalier.orchestrator.host;

import io.espalier.orchestrator.store.TestPostgres;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;

/** What is promised of the registry of hosts, over PostgreSQL. */
class HostRegistryOnPostgresIT extends HostRegistryTest {

    private static final TestPostgres POSTGRES = new TestPostgres();

    @Override
    DataSource database() {
        return POSTGRES.fresh();
    }

    @AfterEach
    void closeDatabases() {
        POSTGRES.close();
    }
}

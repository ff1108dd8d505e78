package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.store.TestPostgres;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;

/** What is promised of rollouts, their journal, quarantine and audit, over PostgreSQL. */
class RolloutsOnPostgresIT extends RolloutsTest {

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

package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.store.TestPostgres;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;

/** The orchestrator is killed in mid-rollout over PostgreSQL. */
class CrashOnPostgresIT extends CrashTest {

    private static final TestPostgres POSTGRES = new TestPostgres();

    @Override
    DataSource database() {
        return POSTGRES.fresh();
    }

    /** Far enough apart to take seconds, close enough to meet every kind of step. */
    @Override
    int stride() {
        return 11;
    }

    @AfterEach
    void closeDatabases() {
        POSTGRES.close();
    }
}

package io.espalier.orchestrator.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class VersionsTest {

    private static final HostName LB = new HostName("l1a");
    private static final Digest ONE = Digest.of(new byte[] {1});
    private static final Digest TWO = Digest.of(new byte[] {2});

    private final JdbcDataSource database = fresh();

    private static JdbcDataSource fresh() {
        var database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return database;
    }

    @Test
    void otherContentHasAHigherVersionAndTheSameTheSame() {
        var versions = new Versions(database);

        assertThat(versions.of(LB, ONE)).isEqualTo(1);
        assertThat(versions.of(LB, ONE)).isEqualTo(1);
        assertThat(versions.of(LB, TWO)).isEqualTo(2);
        assertThat(versions.of(LB, ONE)).isEqualTo(3);
        assertThat(versions.of(new HostName("l1b"), TWO)).isEqualTo(1);
    }

    @Test
    void versionsOutliveTheProcess() {
        new Versions(database).of(LB, ONE);

        assertThat(new Versions(database).of(LB, TWO)).isEqualTo(2);
    }

    @Test
    void balancerThatHasSeenMoreIsOvertaken() {
        var versions = new Versions(database);
        versions.of(LB, ONE);

        assertThat(versions.above(LB, ONE, 41)).isEqualTo(42);
        assertThat(versions.of(LB, ONE)).isEqualTo(42);
        assertThat(versions.of(LB, TWO)).isEqualTo(43);
    }
}

package io.espalier.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

class DatabaseTest {

    @TempDir
    Path folder;

    @Test
    void releasesFromBeforeTheirNumberWasKeptGetItFromTheStepThatBroughtThem() {
        var database = new org.h2.jdbcx.JdbcDataSource();
        database.setUrl("jdbc:h2:mem:" + java.util.UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration")
                .target("30")
                .load()
                .migrate();
        var jdbc = JdbcClient.create(database);
        String id = "a".repeat(64);
        jdbc.sql("insert into rollout values (1, 'shop', 'DEPLOY', :id, :id, 'r', 'a', 's', 'ann', false, '', '1', '1',"
                        + " 0, 0, 0, 'DONE', 1, 1, null, null, '', '', 1, now(), now())")
                .param("id", id)
                .update();
        jdbc.sql("insert into rollout_host values (1, 'web1', 'web', 1, 0, 'web1', 22, 'deploy', null, null, null, :id,"
                        + " null, 1, '', 'APPLIED', 7, 1, 1, 1, '', '', now(), now())")
                .param("id", id)
                .update();
        jdbc.sql("insert into host_release (host, release_id, target, rollout_id, kind, at)"
                        + " values ('web1', :id, :id, 1, 'DEPLOY', now()), ('web2', :id, :id, 1, 'DEPLOY', now())")
                .param("id", id)
                .update();

        Database.migrate(database);

        assertThat(jdbc.sql("select number from host_release order by host")
                        .query(Long.class)
                        .list())
                .containsExactly(7L, 0L);
    }

    @Test
    void scriptThatComesLaterWithALowerNumberIsCaughtUp() throws Exception {
        Path scripts = Path.of(Database.class.getResource("/db/migration").toURI());
        Path before = Files.createDirectories(folder.resolve("before"));
        try (var all = Files.list(scripts)) {
            for (Path script : all.filter(one -> !one.getFileName().toString().startsWith("V50__"))
                    .toList()) {
                Files.copy(script, before.resolve(script.getFileName()));
            }
        }
        var database = new org.h2.jdbcx.JdbcDataSource();
        database.setUrl("jdbc:h2:mem:" + java.util.UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure()
                .dataSource(database)
                .locations("filesystem:" + before)
                .load()
                .migrate();

        Database.migrate(database);

        assertThat(JdbcClient.create(database)
                        .sql("select count(*) from balancer")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    /** Watches, streams and pools interrupt threads as a matter of course; the database must outlive each of them. */
    @Test
    void interruptedWritersDoNotCloseTheDatabase() throws Exception {
        try (var database = Database.openH2(folder.resolve("db"))) {
            var jdbc = JdbcClient.create(database);
            jdbc.sql("create table written (id int primary key)").update();
            var id = new AtomicInteger();
            for (int round = 0; round < 60; round++) {
                var writer = Thread.ofVirtual().start(() -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        try {
                            jdbc.sql("insert into written (id) values (:id)")
                                    .param("id", id.incrementAndGet())
                                    .update();
                        } catch (DataAccessException interrupted) {
                            return;
                        }
                    }
                });
                int enough = id.get() + ThreadLocalRandom.current().nextInt(1, 20);
                while (id.get() < enough && writer.isAlive()) {
                    Thread.onSpinWait();
                }
                writer.interrupt();
                writer.join();
                jdbc.sql("insert into written (id) values (:id)")
                        .param("id", id.incrementAndGet())
                        .update();
            }
            assertThat(jdbc.sql("select count(*) from written")
                            .query(Integer.class)
                            .single())
                    .isGreaterThan(100);
        }
    }
}

package io.espalier.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

class DatabaseTest {

    @TempDir
    Path folder;

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

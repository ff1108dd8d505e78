package io.espalier.orchestrator.source;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;

/** An empty database in memory with the tables of the sources. */
public final class Databases implements AutoCloseable {

    private final EmbeddedDatabase database = new EmbeddedDatabaseBuilder()
            .setType(EmbeddedDatabaseType.H2)
            .generateUniqueName(true)
            .addScript("classpath:db/migration/V20__sources.sql")
            .build();

    public JdbcClient client() {
        return JdbcClient.create(database);
    }

    @Override
    public void close() {
        database.shutdown();
    }
}

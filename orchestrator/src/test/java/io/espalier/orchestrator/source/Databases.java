package io.espalier.orchestrator.source;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;

/** An empty database with the tables of the sources: in memory, or another that is given. */
public final class Databases implements AutoCloseable {

    private final JdbcClient client;
    private final Runnable close;

    public Databases() {
        var database = new EmbeddedDatabaseBuilder()
                .setType(EmbeddedDatabaseType.H2)
                .generateUniqueName(true)
                .addScript("classpath:db/migration/V20__sources.sql")
                .build();
        this.client = JdbcClient.create(database);
        this.close = database::shutdown;
    }

    public Databases(JdbcClient client, Runnable close) {
        this.client = client;
        this.close = close;
    }

    public JdbcClient client() {
        return client;
    }

    @Override
    public void close() {
        close.run();
    }
}

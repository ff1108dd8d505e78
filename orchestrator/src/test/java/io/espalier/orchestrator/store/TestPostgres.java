package io.espalier.orchestrator.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.espalier.testkit.PostgresServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One PostgreSQL server for all tests of this process, with a new database for each that asks. */
public final class TestPostgres implements AutoCloseable {

    private static final String TEMPLATE = "migrated";
    private static final int CONNECTIONS = 6;
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static @Nullable PostgresServer shared;

    private final List<HikariDataSource> pools = new CopyOnWriteArrayList<>();

    /** Skips the test if there is no PostgreSQL here. */
    public static synchronized PostgresServer server() {
        PostgresServer running = shared;
        if (running == null) {
            running = PostgresServer.start();
            Runtime.getRuntime().addShutdownHook(new Thread(running::close));
            shared = running;
            running.sql(PostgresServer.USER, "create database " + TEMPLATE);
            try (HikariDataSource template = pool(running, TEMPLATE)) {
                Database.migrate(template);
            }
        }
        return running;
    }

    /** The name of a new database without anything in it. */
    public static String emptyDatabase() {
        String name = "test" + DATABASES.incrementAndGet();
        server().sql(PostgresServer.USER, "create database " + name);
        return name;
    }

    /** A new database with the current schema, until this is closed. */
    public HikariDataSource fresh() {
        String name = "test" + DATABASES.incrementAndGet();
        server().sql(PostgresServer.USER, "create database " + name + " template " + TEMPLATE);
        HikariDataSource pool = pool(server(), name);
        pools.add(pool);
        return pool;
    }

    private static HikariDataSource pool(PostgresServer server, String name) {
        var config = new HikariConfig();
        config.setJdbcUrl(server.url(name));
        config.setUsername(PostgresServer.USER);
        config.setPassword(PostgresServer.PASSWORD);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(0);
        return new HikariDataSource(config);
    }

    @Override
    public void close() {
        pools.forEach(HikariDataSource::close);
        pools.clear();
    }
}

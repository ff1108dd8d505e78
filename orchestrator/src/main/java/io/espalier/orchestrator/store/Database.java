package io.espalier.orchestrator.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** How the database is opened so that what was committed is still there after {@code kill -9}. */
public final class Database {

    private static final int CONNECTIONS = 8;

    private static final Duration CONNECT = Duration.ofSeconds(10);

    private Database() {}

    /**
     * The URL of the H2 database in {@code file}, which gets {@code .mv.db} behind.
     *
     * <p>H2 keeps commits in memory for up to half a second by default, and a killed process loses them.
     * {@code WRITE_DELAY=0} writes each one before it is acknowledged. {@code DB_CLOSE_ON_EXIT=FALSE} leaves closing to
     * the pool, after the last user is done.
     *
     * <p>{@code async:} since the default file system closes the whole database when one thread is interrupted in one
     * of its writes.
     */
    public static String h2Url(Path file) {
        String path = file.toAbsolutePath().toString();
        if (path.indexOf(';') >= 0) {
            throw new IllegalArgumentException("database file: " + path + " (expected: no semicolon)");
        }
        return "jdbc:h2:async:" + path + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }

    /** A pool on the H2 database in {@code file}, made if absent and brought to the current schema. */
    public static HikariDataSource openH2(Path file) {
        var config = new HikariConfig();
        config.setJdbcUrl(h2Url(file));
        config.setUsername("espalier");
        config.setPassword("");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT.toMillis());
        config.setPoolName("espalier-db");
        var database = new HikariDataSource(config);
        migrate(database);
        return database;
    }

    /**
     * {@code text} as both databases take it, at most {@code most} long: PostgreSQL has no zero character, and what hosts
     * and people write may hold one.
     */
    public static String text(String text, int most) {
        String clean = text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
        return clean.length() <= most ? clean : clean.substring(0, most - 1) + "…";
    }

    /** Brings the schema up to date; the same scripts serve H2 and PostgreSQL. */
    public static void migrate(DataSource database) {
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration")
                .outOfOrder(true) // features number their scripts apart, and are merged in any order
                .load()
                .migrate();
    }
}

package io.espalier.orchestrator;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.store.Database;
import io.espalier.orchestrator.store.Lead;
import io.espalier.orchestrator.store.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The clock and the database. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

    private static final int CONNECTIONS = 8;

    /** The exit status of {@code EX_TEMPFAIL}. */
    private static final int TRY_AGAIN = 75;

    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    @Bean
    HikariDataSource database(OrchestratorProperties properties) {
        var config = new HikariConfig();
        OrchestratorProperties.Database given = properties.database();
        if (given.url() == null) {
            config.setJdbcUrl(
                    Database.h2Url(folder(properties.data()).resolve("db").resolve("espalier")));
            config.setUsername("espalier");
            config.setPassword("");
        } else {
            config.setJdbcUrl(given.url());
            config.setUsername(given.user());
            config.setPassword(password(given));
        }
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(10_000);
        config.setPoolName("espalier-db");
        return new HikariDataSource(config);
    }

    private static @Nullable String password(OrchestratorProperties.Database given) {
        Path file = given.passwordFile();
        if (file == null) {
            return given.password();
        }
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read the database's password in " + file + " (setting espalier.database.password-file)", e);
        }
    }

    @Bean
    @DependsOnDatabaseInitialization
    Lead lead(OrchestratorProperties properties, DataSource database, InstantSource clock) {
        String url = properties.database().url();
        return url == null || !url.startsWith("jdbc:postgresql:")
                ? Lead.ALONE
                : new Lease(database, ownName(), properties.database().lease(), clock, StoreConfiguration::end);
    }

    private static String ownName() {
        try {
            String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            return host + ", process " + ProcessHandle.current().pid();
        } catch (IOException e) {
            return "process " + ProcessHandle.current().pid();
        }
    }

    /** Without a farewell, since everything that must last is stored before it is done, and nothing may be written now. */
    private static void end() {
        Runtime.getRuntime().halt(TRY_AGAIN);
    }

    @Bean
    Audit audit(JdbcClient jdbc, InstantSource clock) {
        return new Audit(jdbc, clock);
    }

    /** Made if absent, for our eyes only. */
    private static Path folder(Path data) {
        try {
            return Files.createDirectories(
                    data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the data folder " + data + " (setting espalier.data)", e);
        }
    }
}

package io.espalier.orchestrator.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Sign-ins of browsers, in table {@code access_session}: a random value in a cookie, of which only the hash is kept. They
 * outlive a restart, so that a page left open goes on.
 */
final class Sessions {

    /** From sign-in; a day's work and a night's watch. */
    static final Duration LASTS = Duration.ofHours(24);

    private final JdbcClient jdbc;
    private final InstantSource clock;

    Sessions(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Gives the secret for the cookie, and forgets the sessions that are over. */
    String begin(String user) {
        Instant now = clock.instant();
        jdbc.sql("delete from access_session where expires_at <= :now")
                .param("now", utc(now))
                .update();
        String secret = Secrets.random();
        jdbc.sql("insert into access_session (session_hash, user_name, created_at, expires_at)"
                        + " values (:hash, :user, :now, :end)")
                .param("hash", Secrets.hash(secret))
                .param("user", user)
                .param("now", utc(now))
                .param("end", utc(now.plus(LASTS)))
                .update();
        return secret;
    }

    Optional<Caller> callerOf(String secret) {
        return jdbc.sql("select u.name, u.rights from access_session s join access_user u on u.name = s.user_name"
                        + " where s.session_hash = :hash and s.expires_at > :now")
                .param("hash", Secrets.hash(secret))
                .param("now", utc(clock.instant()))
                .query((row, number) -> new Caller(row.getString("name"), "", Right.split(row.getString("rights"))))
                .optional();
    }

    void end(String secret) {
        jdbc.sql("delete from access_session where session_hash = :hash")
                .param("hash", Secrets.hash(secret))
                .update();
    }

    private static OffsetDateTime utc(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}

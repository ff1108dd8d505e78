package io.espalier.orchestrator.access;

import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tokens of agents, in table {@code worker_token}: {@code esa_} and 43 characters; only the hash is kept. Each is good for
 * the reports of one worker and has no right to anything else.
 */
public final class AgentTokens {

    static final String PREFIX = "esa_";

    private final JdbcClient jdbc;
    private final InstantSource clock;

    AgentTokens(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** A new token, shown this once; the one before is good for nothing from now on. */
    public String renew(String auid) {
        String secret = PREFIX + Secrets.random();
        OffsetDateTime now = OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        int updated = jdbc.sql("update worker_token set token_hash = :hash, created_at = :at where auid = :auid")
                .param("hash", Secrets.hash(secret))
                .param("at", now)
                .param("auid", auid)
                .update();
        if (updated == 0) {
            jdbc.sql("insert into worker_token (auid, token_hash, created_at) values (:auid, :hash, :at)")
                    .param("auid", auid)
                    .param("hash", Secrets.hash(secret))
                    .param("at", now)
                    .update();
        }
        return secret;
    }

    Optional<Caller> callerOf(String secret) {
        return jdbc.sql("select auid from worker_token where token_hash = :hash")
                .param("hash", Secrets.hash(secret))
                .query(String.class)
                .optional()
                .map(auid -> new Caller(Caller.AGENT + auid, "", Set.of()));
    }
}

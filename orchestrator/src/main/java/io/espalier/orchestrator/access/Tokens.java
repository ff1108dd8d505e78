package io.espalier.orchestrator.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tokens for programs, in table {@code access_token}. A token looks like {@code esp_} and 43 characters; only its hash
 * is kept. It never does more than its owner may at that time.
 */
public final class Tokens {

    static final String PREFIX = "esp_";

    private static final int LONGEST_LABEL = 100;
    private static final int MOST_PER_OWNER = 200;

    /** A poller must not cause a write for each of its requests. */
    private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);

    private final JdbcClient jdbc;
    private final InstantSource clock;
    private final Cache<String, Instant> useNoted =
            Caffeine.newBuilder().maximumSize(10_000).build();

    Tokens(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** @param rights as they were given; the owner's may be fewer by now */
    public record Token(
            String id,
            String label,
            String owner,
            Set<Right> rights,
            Instant createdAt,
            @Nullable Instant lastUsedAt) {}

    /** A token just made; {@code secret} is shown this once. */
    public record Fresh(Token token, String secret) {
        @Override
        public String toString() {
            return "Fresh[" + token + "]";
        }
    }

    /**
     * @throws IllegalArgumentException if {@code creator} may not give these rights, or has too many tokens
     */
    public Fresh create(Caller creator, String label, Set<Right> rights) {
        return keep(creator, label, rights, PREFIX + Secrets.random());
    }

    Fresh keep(Caller creator, String label, Set<Right> rights, String secret) {
        String name = label.strip();
        if (name.isEmpty() || name.length() > LONGEST_LABEL) {
            throw new IllegalArgumentException("label: (expected: 1 to " + LONGEST_LABEL + " characters)");
        }
        if (rights.isEmpty()) {
            throw new IllegalArgumentException("rights: none (expected: read, push, deploy or admin)");
        }
        Set<Right> wanted = Right.expanded(rights);
        if (!creator.rights().containsAll(wanted)) {
            throw new IllegalArgumentException(
                    "rights: " + Right.join(wanted) + " (expected: no more than " + Right.join(creator.rights()) + ")");
        }
        if (of(creator.user()).size() >= MOST_PER_OWNER) {
            throw new IllegalArgumentException(
                    creator.user() + " has " + MOST_PER_OWNER + " tokens already; remove some first");
        }
        var token = new Token(Secrets.random(9), name, creator.user(), wanted, clock.instant(), null);
        jdbc.sql("insert into access_token (id, token_hash, label, owner, rights, created_at)"
                        + " values (:id, :hash, :label, :owner, :rights, :at)")
                .param("id", token.id())
                .param("hash", Secrets.hash(secret))
                .param("label", name)
                .param("owner", token.owner())
                .param("rights", Right.join(wanted))
                .param("at", OffsetDateTime.ofInstant(token.createdAt(), ZoneOffset.UTC))
                .update();
        return new Fresh(token, secret);
    }

    /** Newest first. */
    public List<Token> of(String owner) {
        return jdbc.sql("select * from access_token where owner = :owner order by created_at desc, id")
                .param("owner", owner)
                .query(Tokens::token)
                .list();
    }

    /** Whether there was such a token of that owner. */
    public boolean revoke(String owner, String id) {
        return jdbc.sql("delete from access_token where id = :id and owner = :owner")
                        .param("id", id)
                        .param("owner", owner)
                        .update()
                == 1;
    }

    /** Who a token speaks for, with the rights that token and owner have in common. */
    Optional<Caller> callerOf(String secret) {
        if (!secret.startsWith(PREFIX)) {
            return Optional.empty();
        }
        return jdbc.sql("select t.id, t.label, t.owner, t.rights, u.rights as owner_rights from access_token t"
                        + " join access_user u on u.name = t.owner where t.token_hash = :hash")
                .param("hash", Secrets.hash(secret))
                .query((row, number) -> {
                    noteUse(row.getString("id"));
                    return new Caller(
                            row.getString("owner"),
                            row.getString("label"),
                            common(Right.split(row.getString("rights")), Right.split(row.getString("owner_rights"))));
                })
                .optional();
    }

    private static Set<Right> common(Set<Right> some, Set<Right> others) {
        var both = EnumSet.noneOf(Right.class);
        both.addAll(some);
        both.retainAll(others);
        return both;
    }

    private void noteUse(String id) {
        Instant now = clock.instant();
        Instant last = useNoted.getIfPresent(id);
        if (last != null && last.plus(USE_NOTED_EVERY).isAfter(now)) {
            return;
        }
        useNoted.put(id, now);
        jdbc.sql("update access_token set last_used_at = :at where id = :id")
                .param("at", OffsetDateTime.ofInstant(now, ZoneOffset.UTC))
                .param("id", id)
                .update();
    }

    private static Token token(ResultSet row, int number) throws SQLException {
        OffsetDateTime used = row.getObject("last_used_at", OffsetDateTime.class);
        return new Token(
                row.getString("id"),
                row.getString("label"),
                row.getString("owner"),
                Right.split(row.getString("rights")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                used == null ? null : used.toInstant());
    }
}

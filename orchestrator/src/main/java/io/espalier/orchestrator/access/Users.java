package io.espalier.orchestrator.access;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** The people who may sign in, in table {@code access_user}. */
public final class Users {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final int SHORTEST_PASSWORD = 10;

    /** bcrypt looks at no more than this. */
    private static final int LONGEST_PASSWORD_BYTES = 72;

    private final JdbcClient jdbc;
    private final InstantSource clock;
    private final BCryptPasswordEncoder encoder = new BCryptPasswordEncoder();
    private volatile @Nullable String nobodysHash;

    Users(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** @param rights with all that they bring along */
    public record User(String name, Set<Right> rights) {}

    record Login(User user, String passwordHash) {}

    /** By name. */
    public List<User> all() {
        return jdbc.sql("select name, rights from access_user order by name")
                .query(Users::user)
                .list();
    }

    public boolean isEmpty() {
        return jdbc.sql("select count(*) from access_user").query(Long.class).single() == 0;
    }

    Optional<Login> login(String name) {
        return jdbc.sql("select name, rights, password_hash from access_user where name = :name")
                .param("name", name)
                .query((row, number) -> new Login(user(row, number), row.getString("password_hash")))
                .optional();
    }

    /** @throws IllegalArgumentException if name or password will not do, or the name is taken */
    public void create(String name, String password, Set<Right> rights) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "user: " + name + " (expected: [a-z0-9._-], 1 to 64 characters, a letter or digit first)");
        }
        try {
            jdbc.sql("insert into access_user (name, password_hash, rights, created_at)"
                            + " values (:name, :hash, :rights, :at)")
                    .param("name", name)
                    .param("hash", hash(password))
                    .param("rights", Right.join(Right.expanded(rights)))
                    .param("at", OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC))
                    .update();
        } catch (DuplicateKeyException e) {
            throw new IllegalArgumentException("user: " + name + " is there already", e);
        }
    }

    boolean matches(String password, String hash) {
        return encoder.matches(password, hash);
    }

    /** Of a password that nobody has: checking it makes an unknown name take as long as a known one. */
    String nobodysHash() {
        String hash = nobodysHash;
        if (hash == null) {
            hash = hash(Secrets.random());
            nobodysHash = hash;
        }
        return hash;
    }

    private String hash(String password) {
        if (password.length() < SHORTEST_PASSWORD
                || password.getBytes(StandardCharsets.UTF_8).length > LONGEST_PASSWORD_BYTES) {
            throw new IllegalArgumentException(
                    "password: (expected: " + SHORTEST_PASSWORD + " to " + LONGEST_PASSWORD_BYTES + " characters)");
        }
        return String.valueOf(encoder.encode(password));
    }

    private static User user(ResultSet row, int number) throws SQLException {
        return new User(row.getString("name"), Right.split(row.getString("rights")));
    }
}

package io.espalier.orchestrator.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks passwords and tokens. A password that was right is remembered for a short time under a hash with a key that
 * lives only as long as this process, because git asks on every request and bcrypt takes 65 ms. Wrong passwords are
 * counted by name and address together, so that nobody can lock somebody else out, and by address alone.
 */
public final class SignIns {

    private static final int TRIES_PER_NAME = 5;
    private static final int TRIES_PER_ADDRESS = 30;
    private static final Duration TRIES_FORGOTTEN = Duration.ofMinutes(1);
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private final Users users;
    private final Tokens tokens;
    private final InstantSource clock;
    private final byte[] key = new byte[32];
    private final Cache<String, Instant> right = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(REMEMBERED)
            .build();
    private final Cache<String, Window> wrong = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(TRIES_FORGOTTEN.multipliedBy(2))
            .build();

    private record Window(Instant since, int tries) {}

    SignIns(Users users, Tokens tokens, InstantSource clock) {
        this.users = users;
        this.tokens = tokens;
        this.clock = clock;
        new SecureRandom().nextBytes(key);
    }

    /**
     * The user with that name and password.
     *
     * @param address of the client
     * @throws TooManyTriesException after several wrong ones, whether this one is right or not
     */
    Optional<Caller> byPassword(String name, String password, String address) {
        String who = name + "\0" + address;
        refuseIfTooMany(who, TRIES_PER_NAME);
        refuseIfTooMany(address, TRIES_PER_ADDRESS);
        Optional<Users.Login> login = users.login(name);
        String stored = login.map(Users.Login::passwordHash).orElseGet(users::nobodysHash);
        String remembered = keyed(name + "\0" + stored + "\0" + password);
        boolean matches = right.getIfPresent(remembered) != null || users.matches(password, stored);
        if (login.isEmpty() || !matches) {
            count(who);
            count(address);
            return Optional.empty();
        }
        right.put(remembered, clock.instant());
        Users.User user = login.get().user();
        return Optional.of(new Caller(user.name(), "", user.rights()));
    }

    public Optional<Caller> byToken(String token) {
        return tokens.callerOf(token);
    }

    /** As git and other speakers of HTTP Basic do it: a token under any name, or a name and its password. */
    Optional<Caller> byBasic(String name, String secret, String address) {
        if (secret.startsWith(Tokens.PREFIX)) {
            return byToken(secret);
        }
        return byPassword(name, secret, address);
    }

    private void refuseIfTooMany(String whom, int most) {
        Window window = wrong.getIfPresent(keyed(whom));
        if (window == null) {
            return;
        }
        Duration left = Duration.between(clock.instant(), window.since().plus(TRIES_FORGOTTEN));
        if (window.tries() >= most && left.isPositive()) {
            throw new TooManyTriesException(left);
        }
    }

    private void count(String whom) {
        Instant now = clock.instant();
        wrong.asMap()
                .merge(
                        keyed(whom),
                        new Window(now, 1),
                        (before, one) -> before.since().plus(TRIES_FORGOTTEN).isAfter(now)
                                ? new Window(before.since(), before.tries() + 1)
                                : one);
    }

    private String keyed(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}

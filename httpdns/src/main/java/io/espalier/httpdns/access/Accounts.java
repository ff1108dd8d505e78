package io.espalier.httpdns.access;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All accounts. Without any, whatever id a client gives is taken for granted, and its signature for nothing. */
public final class Accounts {
    /** How far ahead a signature may expire: vendors' SDKs ask for 10 minutes, Volcengine's for an hour. */
    public static final Duration WINDOW = Duration.ofHours(1);

    public static final Accounts NONE = new Accounts(java.util.List.of(), WINDOW, false);

    private final Map<String, Account> byId;
    private final Duration window;
    private final boolean required;

    /**
     * @param window how far ahead a signature may expire; also for how long it could be used again
     * @param required refuses whatever is not signed
     */
    public Accounts(Collection<Account> accounts, Duration window, boolean required) {
        byId = accounts.stream().collect(Collectors.toUnmodifiableMap(Account::id, Function.identity()));
        this.window = window;
        this.required = required;
        if (required && byId.isEmpty()) {
            throw new IllegalArgumentException("signatures are required, but there is no account that could sign");
        }
    }

    /** Empty if there are no accounts at all. */
    public Optional<Account> find(String id) throws RefusedException {
        if (byId.isEmpty()) {
            return Optional.empty();
        }
        var account = byId.get(id);
        if (account == null) {
            throw new RefusedException(Reason.UNKNOWN_ACCOUNT, "no such account");
        }
        return Optional.of(account);
    }

    public Duration window() {
        return window;
    }

    /** True if a request without a signature must be refused. */
    public boolean areSignaturesRequired() {
        return required;
    }
}

package io.espalier.httpdns.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;

/**
 * The signed requests that named a nonce, so that each counts once. Of this process only; {@value #MOST} at most, of which
 * the longest unused are forgotten first.
 */
public final class Nonces {
    static final int MOST = 200_000;
    static final int LONGEST = 64;

    private final Cache<String, Long> used =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

    /**
     * Takes note of a request whose signature holds.
     *
     * @param expires when the signature does, in seconds of Unix time; until then the nonce is remembered
     * @throws RefusedException if there was one like it before, or the nonce is empty or too long
     */
    public void use(Account account, String nonce, long expires, Instant now) throws RefusedException {
        if (nonce.isEmpty() || nonce.length() > LONGEST) {
            throw new RefusedException(Reason.BAD_PARAMETER, "nonce: expected 1 to " + LONGEST + " characters");
        }
        var isFirst = new boolean[1];
        used.asMap().compute(account.id() + '\n' + nonce, (key, until) -> {
            isFirst[0] = until == null || until <= now.getEpochSecond();
            return isFirst[0] ? expires : until;
        });
        if (!isFirst[0]) {
            throw new RefusedException(Reason.SIGNATURE_USED, "this signed request was made before");
        }
    }
}

package io.espalier.httpdns.access;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The signed requests that named a nonce, so that each counts once. Of this process only; {@value #MOST} at most, of which
 * the oldest are forgotten first.
 */
public final class Nonces {
    static final int MOST = 200_000;
    static final int LONGEST = 64;

    /** Until when each is remembered, the oldest first. */
    private final Map<String, Long> used = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST;
        }
    };

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
        var key = account.id() + '\n' + nonce;
        boolean isFirst;
        synchronized (used) {
            var until = used.get(key);
            isFirst = until == null || until <= now.getEpochSecond();
            if (isFirst) {
                used.put(key, expires);
            }
        }
        if (!isFirst) {
            throw new RefusedException(Reason.SIGNATURE_USED, "this signed request was made before");
        }
    }
}

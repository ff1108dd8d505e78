package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Accounts;
import io.espalier.httpdns.access.Nonces;

/**
 * What dialects hold requests against.
 *
 * @param accounts who may sign
 * @param maxNames in one request of our own dialect and of DNSPod's; the others have limits of their own
 * @param nonces of signed requests that came before
 */
public record Terms(Accounts accounts, int maxNames, Nonces nonces) {
    /** With nothing remembered yet. */
    public Terms(Accounts accounts, int maxNames) {
        this(accounts, maxNames, new Nonces());
    }

    public static final Terms USUAL = new Terms(Accounts.NONE, 10);
}

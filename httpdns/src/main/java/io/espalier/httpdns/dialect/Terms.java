package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Accounts;

/**
 * What dialects hold requests against.
 *
 * @param accounts who may sign
 * @param maxNames in one request of our own dialect and of DNSPod's; the others have limits of their own
 */
public record Terms(Accounts accounts, int maxNames) {
    public static final Terms USUAL = new Terms(Accounts.NONE, 10);
}

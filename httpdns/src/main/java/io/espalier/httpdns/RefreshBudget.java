package io.espalier.httpdns;

/** So many early refreshes a second, at most: popular names stay warm, upstreams stay calm. */
final class RefreshBudget {
    private final int aSecond;
    private long second;
    private int begun;

    RefreshBudget(int aSecond) {
        this.aSecond = aSecond;
    }

    /** @param now milliseconds since 1970 */
    synchronized boolean mayStart(long now) {
        if (now / 1000 != second) {
            second = now / 1000;
            begun = 0;
        }
        return begun++ < aSecond;
    }
}

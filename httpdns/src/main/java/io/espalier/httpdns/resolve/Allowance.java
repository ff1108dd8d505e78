package io.espalier.httpdns.resolve;

/** So many extras for so many ordinary ones: keeps hedging from doubling the load on upstreams that are all slow. */
final class Allowance {
    private final double share;
    private final double most;
    private double left;

    /** @param most how many may be saved up; also what there is at the start */
    Allowance(double share, double most) {
        this.share = share;
        this.most = most;
        this.left = most;
    }

    synchronized void earn() {
        left = Math.min(most, left + share);
    }

    synchronized boolean spend() {
        if (left < 1) {
            return false;
        }
        left -= 1;
        return true;
    }
}

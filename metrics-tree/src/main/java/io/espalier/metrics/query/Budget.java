package io.espalier.metrics.query;

/**
 * What one answer may cost.
 *
 * @param visits  nodes looked at
 * @param results lines of the answer
 */
public record Budget(long visits, int results) {
    /** About a second of one processor, and an answer that a browser still opens. */
    public static final Budget USUAL = new Budget(20_000_000, 200_000);
}

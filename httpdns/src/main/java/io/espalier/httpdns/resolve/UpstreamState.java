package io.espalier.httpdns.resolve;

/**
 * An upstream as it is now, for pages and metrics.
 *
 * @param name such as {@code 127.0.0.1:53}
 * @param down true while it is asked only when no other is left
 * @param averageMicros a moving average of its answers' times; 0 before the first
 * @param asked attempts since the start
 * @param answered attempts that ended in an answer to be believed
 * @param faults time-outs, refusals and nonsense
 * @param nearMisses answers that almost fitted: forgery, or poor manners
 * @param streams exchanges over TCP
 * @param hedges attempts made because another upstream was slow
 */
public record UpstreamState(
        String name,
        boolean down,
        long averageMicros,
        long asked,
        long answered,
        long faults,
        long nearMisses,
        long streams,
        long hedges) {}

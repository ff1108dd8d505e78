package io.espalier.orchestrator.host;

import java.time.Duration;

/**
 * How long a conversation waits.
 *
 * @param answer for the answer to a question, and for room to send the next piece of a transfer
 * @param look for an answer for which the agent reads many files
 * @param step for the next step of an apply; the longest of them is a package manager's
 */
public record LinkLimits(Duration answer, Duration look, Duration step) {

    /** For the next call of a host that carries an order out: it gives a sign of life every two seconds. */
    static final Duration ORDER = Duration.ofMinutes(3);

    public static final LinkLimits DEFAULT =
            new LinkLimits(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofMinutes(15));
}

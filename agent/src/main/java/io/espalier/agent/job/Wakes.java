package io.espalier.agent.job;

import java.time.Instant;

/** Runs something when its time has come, by the host's clock. */
public interface Wakes {

    /**
     * Replaces what was to be run under the same name. May run early when the clock is set back; whoever is woken asks
     * the clock.
     *
     * @param action must be quick
     */
    void at(String name, Instant when, Runnable action);

    void cancel(String name);
}

package io.espalier.agent.apply;

import java.time.Duration;

/** Runs something once, later, on a thread of its own. */
@FunctionalInterface
public interface Alarms {
    void after(Duration delay, Runnable action);
}

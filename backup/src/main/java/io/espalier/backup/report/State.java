package io.espalier.backup.report;

import java.util.Locale;

/** One word of the report. */
public enum State {
    /** Proven: a verify record, or a receipt for exactly what was dumped. */
    OK,
    /** The last try failed; {@code error} says why. */
    FAIL,
    /** A try is under way. */
    RUNNING,
    /** There is nothing to do, by configuration. */
    SKIP,
    /** The last good one is older than twice the period, or a try never came to its end. */
    STALE;

    /** As in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.espalier.backup.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is on record about one kind on one host. Whoever runs backups appends to it; nobody stores a state.
 *
 * @param kind such as {@code mysql}
 * @param isEnabled false: switched off on this host
 * @param period between two runs by the schedule
 * @param enabledAt since when a run is expected
 * @param started of the newest run; empty: none yet
 * @param verified the newest good dump
 * @param pushed the newest receipt
 * @param failed the newest failure
 */
public record KindHistory(
        String kind,
        boolean isEnabled,
        Duration period,
        Instant enabledAt,
        Optional<Instant> started,
        Optional<Verified> verified,
        Optional<Pushed> pushed,
        Optional<Failed> failed) {
    public KindHistory {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("period: " + period + " (expected: longer than nothing)");
        }
    }

    /** Which half of a run. */
    public enum Step {
        LOCAL,
        PUSH
    }

    /**
     * A dump with a verify record.
     *
     * @param run when its run started, which names the run
     * @param digest of what was dumped
     */
    public record Verified(Instant run, Instant at, long bytes, String digest) {}

    /**
     * A snapshot, all objects of which have receipts.
     *
     * @param digest of the dump that it holds
     */
    public record Pushed(Instant run, Instant at, String snapshot, String digest) {}

    /** @param error one line without secrets, the reason first */
    public record Failed(Instant run, Instant at, Step step, String error) {}
}

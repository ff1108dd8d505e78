package io.espalier.agent.report;

import io.espalier.protocol.wire.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what is told. While nobody takes reports for long, those that only say how the host does are kept once in five
 * minutes, so that they do not push out what happened only once.
 */
public final class Reports {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration SPARSE = Duration.ofMinutes(5);

    private final Spool spool;
    private final Map<Report.Kind, Instant> kept = new EnumMap<>(Report.Kind.class);

    public Reports(Spool spool) {
        this.spool = spool;
    }

    /** Something that happened: never left out, and on disk when this returns. */
    public void happened(Report report) {
        spool.add(report, true);
    }

    /** How something is, told again and again. */
    public synchronized void is(Report report) {
        Optional<Instant> oldest = spool.oldest();
        boolean waitsLong = oldest.filter(since -> since.plus(PATIENCE).isBefore(report.at()))
                .isPresent();
        boolean isRecent = Optional.ofNullable(kept.get(report.kind()))
                .filter(before -> !report.at().isBefore(before) && report.at().isBefore(before.plus(SPARSE)))
                .isPresent();
        if (waitsLong && isRecent) {
            return;
        }
        kept.put(report.kind(), report.at());
        spool.add(report, false);
    }

    /** See {@link Spool#collect}. */
    public Spool.Batch collect(String spoolId, long taken, int maxBytes) {
        return spool.collect(spoolId, taken, maxBytes);
    }

    public String spoolId() {
        return spool.id();
    }
}

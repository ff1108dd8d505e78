package io.espalier.httpdns.operate;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.dialect.Dialects;
import java.util.concurrent.atomic.AtomicLongArray;

/** What one event loop has done. Written by that loop's thread only, read by any: no lock, nothing shared. */
@SuppressWarnings("EnumOrdinal") // counts in arrays, for the fast path; names are written by name
public final class Tally {
    /** Upper bounds of the latency histogram, in microseconds. */
    static final long[] BOUNDS = {
        50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000
    };

    static final Origin[] ORIGINS = Origin.values();
    static final Reason[] REASONS = Reason.values();

    /** Of answers: what kind of outcome. */
    enum Kind {
        ADDRESS,
        NO_DATA,
        NO_NAME,
        FAILURE
    }

    static final Kind[] KINDS = Kind.values();

    final AtomicLongArray requests = new AtomicLongArray(Dialects.NAMES.size());
    final AtomicLongArray answers = new AtomicLongArray(ORIGINS.length * KINDS.length);
    final AtomicLongArray refusals = new AtomicLongArray(REASONS.length);
    final AtomicLongArray latencies = new AtomicLongArray(ORIGINS.length * (BOUNDS.length + 1));
    final AtomicLongArray micros = new AtomicLongArray(ORIGINS.length);
    final AtomicLongArray sundry = new AtomicLongArray(Sundry.values().length);

    /** Counted one by one. */
    public enum Sundry {
        CONNECTIONS_OPENED,
        CONNECTIONS_CLOSED,
        /** Turned away because there were too many */
        CONNECTIONS_REFUSED,
        /** Closed because a client was too slow */
        TIMEOUTS,
        /** Answered without parsing, because the same bytes were parsed before */
        FAST
    }

    public void answered(int dialect, Answer answer, long nanos) {
        add(requests, dialect, 1);
        counted(answer, nanos);
    }

    /** A further answer in the same reply. */
    public void counted(Answer answer, long nanos) {
        var origin = answer.origin().ordinal();
        add(answers, origin * KINDS.length + kind(answer).ordinal(), 1);
        var us = nanos / 1000;
        var bucket = 0;
        while (bucket < BOUNDS.length && us > BOUNDS[bucket]) {
            bucket++;
        }
        add(latencies, origin * (BOUNDS.length + 1) + bucket, 1);
        add(micros, origin, us);
    }

    public void refused(Reason reason) {
        add(refusals, reason.ordinal(), 1);
    }

    public void count(Sundry what) {
        add(sundry, what.ordinal(), 1);
    }

    private static Kind kind(Answer answer) {
        return switch (answer.rcode()) {
            case 0 -> answer.records().isEmpty() ? Kind.NO_DATA : Kind.ADDRESS;
            case 3 -> Kind.NO_NAME;
            default -> Kind.FAILURE;
        };
    }

    private static void add(AtomicLongArray array, int at, long more) {
        array.setRelease(at, array.getPlain(at) + more);
    }
}

package io.espalier.protocol.wire;

import java.time.Instant;
import java.util.Locale;

/**
 * Something that an agent tells of its host by itself.
 *
 * @param at when it was so, by the host's clock
 * @param body a JSON object, as docs/spec/job.md shows it for each kind; at most {@link #MAX_BODY} characters
 */
public record Report(Kind kind, Instant at, String body) {

    /** The most characters of a body. */
    public static final int MAX_BODY = 32 << 10;

    public Report {
        if (body.length() > MAX_BODY) {
            throw new IllegalArgumentException(
                    "report: " + body.length() + " characters (expected: at most " + MAX_BODY + ")");
        }
    }

    /** What it is about. */
    public enum Kind {
        SYSINFO,
        SERVICE,
        DRIFT,
        BACKUP,
        /** How one run of a job ended. */
        JOB,
        /** All jobs of the host and when they are due; told when that changes. */
        SCHEDULE;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package io.espalier.protocol.release;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Work that a host does by itself, again and again, whether or not anybody can reach it.
 *
 * @param name unique in its unit; {@code UNIT/NAME} is unique on a host
 * @param timing when it is due
 * @param timeout after which a run is killed
 * @param jitter the most by which a run starts later than it is due
 * @param missed what becomes of runs that were due while the host or its agent was down
 * @param overlap what becomes of a run that is due while the one before goes on
 * @param work what it does
 */
public record Job(
        String name, Timing timing, Duration timeout, Duration jitter, Missed missed, Overlap overlap, Work work) {

    public static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);
    public static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
    public static final Duration MAX_INTERVAL = Duration.ofDays(366);

    private static final String NAME = "[a-z0-9][a-z0-9_.-]{0,63}";

    public Job {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException("job: " + name + " (expected: " + NAME + ")");
        }
        if (!timeout.isPositive() || jitter.isNegative()) {
            throw new IllegalArgumentException("job " + name + ": timeout " + timeout + ", jitter " + jitter
                    + " (expected: more than 0, at least 0)");
        }
    }

    /** When a job is due. */
    public sealed interface Timing {

        /**
         * By the calendar.
         *
         * @param expression as Quartz writes them: second, minute, hour, day of month, month, day of week, year
         * @param zone of the IANA time zone database
         */
        record Cron(String expression, String zone) implements Timing {
            @Override
            public String toString() {
                return "cron " + expression + " " + zone;
            }
        }

        /** At every multiple of {@code interval} since 1970 UTC, so that a restart shifts nothing. */
        record Every(Duration interval) implements Timing {
            public Every {
                if (interval.compareTo(MIN_INTERVAL) < 0 || interval.compareTo(MAX_INTERVAL) > 0) {
                    throw new IllegalArgumentException("every: " + interval + " (expected: 1 s to 366 days)");
                }
            }

            @Override
            public String toString() {
                long seconds = interval.toSeconds();
                boolean whole = interval.toMillis() % 1000 == 0;
                return "every "
                        + (!whole
                                ? interval.toMillis() + "ms"
                                : seconds % 3600 == 0
                                        ? seconds / 3600 + "h"
                                        : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s");
            }
        }
    }

    /** Of runs that were due while nobody could start them. */
    public enum Missed {
        /** One run, as soon as possible, for however many. */
        ONCE,
        /** Nothing until the next is due. */
        SKIP
    }

    /** Of a run that is due while the one before goes on. */
    public enum Overlap {
        /** It does not take place, which is told. */
        SKIP,
        /** It starts when the one before ends; at most one waits. */
        WAIT,
        /** The one before is killed. */
        REPLACE
    }

    /** What a job does. */
    public sealed interface Work {

        /**
         * A program.
         *
         * @param argv without a timeout of its own: the job's counts
         * @param user whose rights it gets; the agent's own if absent
         */
        record Run(List<String> argv, Optional<String> user) implements Work {
            public Run {
                argv = List.copyOf(argv);
                if (argv.isEmpty() || argv.getFirst().isBlank()) {
                    throw new IllegalArgumentException("argv: " + argv + " (expected: at least a program)");
                }
                user.ifPresent(name -> {
                    if (!name.matches("[a-z_][a-z0-9_-]{0,31}")) {
                        throw new IllegalArgumentException("user: " + name + " (expected: [a-z_][a-z0-9_-]{0,31})");
                    }
                });
            }
        }

        /** One of the agent's own reports. */
        record Report(Kind kind) implements Work {}
    }

    /** The agent's own reports. */
    public enum Kind {
        SYSINFO,
        SERVICE,
        DRIFT
    }
}

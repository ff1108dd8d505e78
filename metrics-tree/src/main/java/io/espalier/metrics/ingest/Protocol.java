package io.espalier.metrics.ingest;

import java.util.function.Function;

/** What comes in at a port. */
@SuppressWarnings("ImmutableEnumChecker")
public enum Protocol {
    /** JSON objects and access log lines, and over UDP also Ganglia's gmetric packets. */
    JSON_OR_LOG(Framing.LINES, LogSink::new),
    /** {@code path value time} lines. */
    GRAPHITE(Framing.LINES, GraphiteSink::new),
    /** The same as pickles, each with its length before it. */
    PICKLE(Framing.COUNTED, PickleSink::new),
    /** StatsD and DogStatsD lines. */
    STATSD(Framing.LINES, StatsdSink::new),
    /** RFC 5424 and 3164; over TCP by octet count or by line (RFC 6587). */
    SYSLOG(Framing.SYSLOG, SyslogSink::new);

    /** How messages stand in a stream. */
    enum Framing {
        LINES,
        SYSLOG,
        /** A length in four bytes, then so many. */
        COUNTED
    }

    final Framing framing;
    private final Function<Intake, Sink> sink;

    Protocol(Framing framing, Function<Intake, Sink> sink) {
        this.framing = framing;
        this.sink = sink;
    }

    Sink sink(Intake intake) {
        return sink.apply(intake);
    }
}

package io.espalier.metrics.ingest;

import java.nio.file.Path;
import java.util.List;

/**
 * What else comes in, from programs that exist. Ports: 0 takes a free one, a negative one leaves that door shut.
 *
 * @param pickle port of Graphite's pickles, TCP
 * @param statsd port of StatsD and DogStatsD, TCP and UDP
 * @param syslog port of syslog, TCP and UDP
 * @param tails  log files to follow
 * @param state  folder where their positions are kept
 */
public record Senders(int pickle, int statsd, int syslog, List<Path> tails, Path state) {
    public static final Senders NONE = new Senders(-1, -1, -1, List.of(), Path.of("."));

    public Senders {
        tails = List.copyOf(tails);
    }
}

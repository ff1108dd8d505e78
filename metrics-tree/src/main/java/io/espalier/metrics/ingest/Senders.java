package io.espalier.metrics.ingest;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What else comes in, from programs that exist. Ports: 0 takes a free one, a negative one leaves that door shut.
 *
 * @param pickle port of Graphite's pickles, TCP
 * @param statsd port of StatsD and DogStatsD, TCP and UDP
 * @param syslog port of syslog, TCP and UDP
 * @param tails  log files to follow
 * @param state  folder where their positions are kept
 * @param pipes  programs and jars that access log lines run through besides the stock pipes
 * @param geo    a database in MaxMind's format
 */
public record Senders(
        int pickle, int statsd, int syslog, List<Path> tails, Path state, List<Path> pipes, Optional<Path> geo) {
    public static final Senders NONE = new Senders(-1, -1, -1, List.of(), Path.of("."), List.of(), Optional.empty());

    public Senders {
        tails = List.copyOf(tails);
        pipes = List.copyOf(pipes);
    }
}

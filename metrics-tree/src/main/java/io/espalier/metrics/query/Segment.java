package io.espalier.metrics.query;

import java.util.Optional;

/** One step of a key. */
@SuppressWarnings("ArrayRecordComponent")
sealed interface Segment {
    /** As written, without its reducer. */
    String text();

    /** Empty also for {@code list}, which reduces nothing. */
    Optional<Reducer> reducer();

    record Literal(String text, byte[] name, int hash, Optional<Reducer> reducer) implements Segment {}

    record Pattern(String text, Glob glob, Optional<Reducer> reducer) implements Segment {}
}

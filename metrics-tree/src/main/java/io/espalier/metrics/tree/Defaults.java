package io.espalier.metrics.tree;

/** What holds for the values of a batch where it does not say: changes as the batch is walked. */
final class Defaults {
    /** Milliseconds since 1970. */
    final long received;

    long stamp;
    int hint;

    Defaults(long received) {
        this.received = received;
        stamp = received;
    }
}

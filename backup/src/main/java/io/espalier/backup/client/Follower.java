package io.espalier.backup.client;

/** Is told how far a run is. Called from several threads, one at a time, and often; must come back at once. */
@FunctionalInterface
public interface Follower {
    Follower NOBODY = (entries, bytes, added, what) -> {};

    /** @param what is being worked on: a path, or a step such as {@code dump} */
    void at(long entries, long bytes, long added, String what);
}

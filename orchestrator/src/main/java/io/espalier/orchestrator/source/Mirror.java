package io.espalier.orchestrator.source;

import java.util.Optional;

/** The local copy of one source, from which snapshots are read. Safe for several threads, but one {@link #look()} at a time. */
public interface Mirror extends AutoCloseable {

    /**
     * Asks the remote for the commit that the source's spec names, and fetches it unless it is here already. Costs one
     * small request where nothing changed.
     *
     * @throws SourceException if the remote cannot be read, lacks the ref, or holds what is not taken
     */
    Commit look();

    /**
     * The content at a revision that was seen before.
     *
     * @throws SourceException with {@code invalid-revision} if it is not held here
     */
    Snapshot snapshot(Revision revision);

    /** What a branch, tag, full ref or (abbreviated) commit id means in what is held here. */
    Optional<Revision> resolve(String refOrRevision);

    @Override
    void close();
}

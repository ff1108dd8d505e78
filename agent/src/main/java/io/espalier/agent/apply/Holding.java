package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.wire.LastApply;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * What a host holds, as its journal says.
 *
 * @param number of the last manifest that was accepted; 0 if none
 * @param onDisk the release whose files are in place
 * @param previous the one before
 * @param release all of the one on disk
 * @param underWay the release of an apply that has begun and not ended, unless it only waits to be confirmed
 * @param confirmBy until when the one on disk waits to be confirmed, by the host's clock
 * @param last how the last apply ended
 */
public record Holding(
        long number,
        Optional<Held> onDisk,
        Optional<Held> previous,
        Optional<Release> release,
        Optional<Held> underWay,
        Optional<Instant> confirmBy,
        Optional<LastApply> last) {

    /**
     * A release that was accepted.
     *
     * @param number of its manifest
     */
    public record Held(ReleaseId id, long number) {

        private static Held of(HeldRelease held) {
            return new Held(held.id(), held.number());
        }
    }

    /**
     * Reads only, also beside a running agent.
     *
     * @param stateFolder the agent's own, beneath the root of {@code fs}
     * @throws IOException if there is nothing to read, or it makes no sense
     */
    public static Holding read(Fs fs, String stateFolder) throws IOException {
        String path = Fs.in(stateFolder, "journal");
        if (fs.look(path).isEmpty()) {
            throw new IOException("no agent has run here: there is no " + path);
        }
        Journal journal = Journal.peek(fs, path);
        State state = journal.state();
        Optional<HeldRelease> previous = state.awaiting().isPresent() ? state.current() : state.previous();
        return new Holding(
                state.number(),
                state.onDisk().map(Held::of),
                previous.map(Held::of),
                new Releases(journal, new BlobStore(fs, Fs.in(stateFolder, "blobs"))).onDisk(),
                state.open()
                        .filter(_ -> state.awaiting().isEmpty())
                        .map(open -> Held.of(open.target())),
                state.awaiting().map(State.Phase.Awaiting::deadline),
                state.last());
    }
}

package io.espalier.backup.files;

import io.espalier.backup.chunk.ChunkBuffer;
import io.espalier.backup.chunk.ChunkSizes;
import io.espalier.backup.chunk.Chunker;
import io.espalier.backup.linux.Names;
import io.espalier.backup.linux.Status;
import io.espalier.backup.repository.ByteSource;
import io.espalier.backup.repository.ChunkId;
import io.espalier.backup.repository.Family;
import io.espalier.backup.repository.Session;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.repository.Verdict;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Backs up a {@link ByteSource}: a snapshot with one file in it. It is good if the source says so, and only then. */
public final class StreamBackup {

    private StreamBackup() {}

    /**
     * @return the snapshot, good or not; what a failed source gave is kept too, since it is better than nothing
     * @throws IOException if the repository cannot be written to
     */
    public static Snapshot run(String host, String source, ByteSource bytes, Session session, InstantSource clock)
            throws IOException, InterruptedException {
        return run(host, source, List.of(bytes), session, clock);
    }

    /** Several streams, a file each, such as a dump that has a part for each database. Good if all are. */
    public static Snapshot run(String host, String source, List<ByteSource> parts, Session session, InstantSource clock)
            throws IOException, InterruptedException {
        var sorted = new ArrayList<>(parts); // as in the order of the walk
        sorted.sort((one, other) -> Names.compare(Names.of(one.name()), Names.of(other.name())));
        Optional<Verdict.Failed> failure = Optional.empty();
        var nodes = new ArrayList<Node>();
        for (ByteSource part : sorted) {
            if (!Names.isName(Names.of(part.name()))) {
                throw new IllegalArgumentException("name: \"" + part.name() + "\" (expected: a file name)");
            }
            var out = new Target(session);
            Optional<Verdict.Failed> failed = read(part, out);
            out.finish();
            failure = failure.or(() -> failed);
            if (failure.isEmpty() && out.size == 0) {
                failure = Optional.of(new Verdict.Failed("EMPTY", part.name() + " has no bytes"));
            }
            nodes.add(node(part, out, clock));
        }
        var listing = new Listing.Writer(session);
        for (Node node : nodes) {
            listing.add(node);
        }
        long size = nodes.stream().mapToLong(Node::size).sum();
        var inside = new Snapshot.Inside(sorted.stream().map(ByteSource::name).toList(), listing.finish(), List.of());
        session.flush();
        return session.commit(new Session.Draft(host, source, failure, nodes.size(), size, inside));
    }

    private static Optional<Verdict.Failed> read(ByteSource part, Target out) throws IOException, InterruptedException {
        try {
            part.writeTo(out);
            return switch (part.verdict()) {
                case Verdict.Ok ok -> Optional.empty();
                case Verdict.Failed failed -> Optional.of(failed);
            };
        } catch (IOException e) {
            if (out.failure != null) {
                throw out.failure;
            }
            return Optional.of(new Verdict.Failed("SOURCE_FAILED", String.valueOf(e.getMessage())));
        }
    }

    private static Node node(ByteSource part, Target out, InstantSource clock) {
        return new Node(
                Names.of(part.name()),
                Status.FILE,
                0600,
                0,
                0,
                clock.instant().getEpochSecond(),
                0,
                List.of(),
                "",
                0,
                out.size,
                0,
                false,
                List.of(),
                out.chunks);
    }

    private static final class Target extends OutputStream {
        private final Session session;
        private final ChunkBuffer buffer;
        private final List<ChunkId> chunks = new ArrayList<>();
        private long size;
        private @Nullable IOException failure;

        Target(Session session) {
            this.session = session;
            this.buffer = new ChunkBuffer(new Chunker(session.key().gear(), ChunkSizes.CONTENT));
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                buffer.add(bytes, from, length, this::keep);
                size += length;
            } catch (IOException e) {
                failure = e;
                throw e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }

        void finish() throws IOException, InterruptedException {
            buffer.finish(this::keep);
        }

        private void keep(byte[] bytes, int from, int length) throws IOException, InterruptedException {
            chunks.add(session.store(Family.CONTENT, bytes, from, length));
        }
    }
}

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
        if (!Names.isName(Names.of(bytes.name()))) {
            throw new IllegalArgumentException("name: \"" + bytes.name() + "\" (expected: a file name)");
        }
        var out = new Target(session);
        Verdict verdict;
        try {
            bytes.writeTo(out);
            verdict = bytes.verdict();
        } catch (IOException e) {
            if (out.failure != null) {
                throw out.failure;
            }
            verdict = new Verdict.Failed("SOURCE_FAILED", String.valueOf(e.getMessage()));
        }
        out.finish();
        Optional<Verdict.Failed> failure = switch (verdict) {
            case Verdict.Ok ok -> Optional.empty();
            case Verdict.Failed failed -> Optional.of(failed);
        };
        if (failure.isEmpty() && out.size == 0) {
            failure = Optional.of(new Verdict.Failed("EMPTY", "the dump has no bytes"));
        }
        var node = new Node(
                Names.of(bytes.name()),
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
        var listing = new Listing.Writer(session);
        listing.add(node);
        var inside = new Snapshot.Inside(List.of(bytes.name()), listing.finish(), List.of());
        session.flush();
        return session.commit(new Session.Draft(host, source, failure, 1, out.size, inside));
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

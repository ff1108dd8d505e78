package io.espalier.backup.files;

import io.espalier.backup.chunk.ChunkBuffer;
import io.espalier.backup.chunk.ChunkSizes;
import io.espalier.backup.chunk.Chunker;
import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.repository.ChunkId;
import io.espalier.backup.repository.ChunkReader;
import io.espalier.backup.repository.Family;
import io.espalier.backup.repository.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The list of a snapshot's entries: each with its length in front, the whole cut into chunks like a file. */
public final class Listing {

    /** No entry is longer, which is enough for a file of 1 TiB; in bytes. */
    static final int MOST_ENTRY = 48 << 20;

    private Listing() {}

    /** Writes the list of a session. For one thread. */
    static final class Writer {
        private final Session session;
        private final ChunkBuffer buffer;
        private final ByteWriter entry = new ByteWriter();
        private final ByteWriter length = new ByteWriter();
        private final List<ChunkId> chunks = new ArrayList<>();

        Writer(Session session) {
            this.session = session;
            this.buffer = new ChunkBuffer(new Chunker(session.key().gear(), ChunkSizes.LISTING));
        }

        void add(Node node) throws IOException, InterruptedException {
            entry.clear();
            node.write(entry);
            if (entry.size() > MOST_ENTRY) {
                throw new FormatException(node.shown() + " is too large: its entry has " + entry.size() + " bytes");
            }
            length.clear();
            length.number(entry.size());
            for (ByteWriter part : List.of(length, entry)) {
                byte[] bytes = part.toBytes();
                buffer.add(bytes, 0, bytes.length, this::keep);
            }
        }

        List<ChunkId> finish() throws IOException, InterruptedException {
            buffer.finish(this::keep);
            return chunks;
        }

        private void keep(byte[] bytes, int from, int size) throws IOException, InterruptedException {
            chunks.add(session.store(Family.LISTING, bytes, from, size));
        }
    }

    /** Reads a list, one entry after the other. For one thread. */
    public static final class Reader {
        private final Iterator<ChunkId> chunks;
        private final ChunkReader source;
        private byte[] bytes = new byte[0];
        private int at;

        public Reader(List<ChunkId> chunks, ChunkReader source) {
            this.chunks = chunks.iterator();
            this.source = source;
        }

        /** The next entry; empty at the end. */
        public Optional<Node> next() throws IOException {
            if (at == bytes.length && !more()) {
                return Optional.empty();
            }
            int length = length();
            while (bytes.length - at < length) {
                if (!more()) {
                    throw new FormatException("the list ends within an entry");
                }
            }
            var in = new ByteReader(bytes, at, length);
            Node node = Node.read(in);
            in.end();
            at += length;
            return Optional.of(node);
        }

        private int length() throws IOException {
            long value = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                if (at == bytes.length && !more()) {
                    throw new FormatException("the list ends within a length");
                }
                byte next = bytes[at++];
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    if (value > MOST_ENTRY) {
                        throw new FormatException("an entry of " + value + " bytes");
                    }
                    return (int) value;
                }
            }
            throw new FormatException("a length that does not end");
        }

        private boolean more() throws IOException {
            if (!chunks.hasNext()) {
                return false;
            }
            byte[] next = source.read(chunks.next());
            byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length + next.length);
            System.arraycopy(next, 0, rest, bytes.length - at, next.length);
            bytes = rest;
            at = 0;
            return true;
        }
    }
}

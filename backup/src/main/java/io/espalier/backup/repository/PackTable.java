package io.espalier.backup.repository;

import io.espalier.backup.chunk.ChunkSizes;
import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.crypt.Sealing;
import java.util.ArrayList;
import java.util.List;

/**
 * What lies in one pack, in order and without gaps.
 *
 * @param start where the first chunk begins, in bytes from the pack's begin
 */
public record PackTable(int start, List<Entry> entries) {

    /** One chunk. {@code stored} is its length in the pack with the seal, {@code plain} its own. */
    public record Entry(ChunkId id, int stored, int plain) {
        /** A chunk is stored as it is if compressing would not make it shorter. */
        public boolean isCompressed() {
            return stored != plain + Sealing.OVERHEAD;
        }
    }

    private static final int LEAST_ENTRY = ChunkId.SIZE + 2;

    public PackTable {
        entries = List.copyOf(entries);
    }

    void write(ByteWriter out) {
        out.number(start).number(entries.size());
        for (Entry entry : entries) {
            entry.id.write(out);
            out.number(entry.stored).number(entry.plain);
        }
    }

    static PackTable read(ByteReader in) throws FormatException {
        int start = in.integer(ObjectName.MAX_SIZE);
        int count = in.count(LEAST_ENTRY);
        var entries = new ArrayList<Entry>(count);
        long end = start;
        for (int i = 0; i < count; i++) {
            ChunkId id = ChunkId.read(in);
            int most = ChunkSizes.CONTENT.most();
            var entry = new Entry(id, in.integer(most + Sealing.OVERHEAD), in.integer(most));
            if (entry.stored < Sealing.OVERHEAD || entry.stored > entry.plain + Sealing.OVERHEAD) {
                throw new FormatException(id + ": " + entry.stored + " bytes for " + entry.plain);
            }
            entries.add(entry);
            end += entry.stored;
        }
        if (end > ObjectName.MAX_SIZE) {
            throw new FormatException("a pack of " + end + " bytes (expected: at most " + ObjectName.MAX_SIZE + ")");
        }
        return new PackTable(start, entries);
    }

    /** Where the last chunk ends. */
    int end() {
        return start + entries.stream().mapToInt(Entry::stored).sum();
    }
}

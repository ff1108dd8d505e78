package io.espalier.backup.repository;

import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.crypt.Sealing;
import io.espalier.backup.repository.ObjectName.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A pack that is being filled. Its key lives as long as this object. For one thread at a time. */
final class PackBuilder {

    /** A table has so many entries at most, so that it always fits behind the chunks. */
    private static final int MOST_ENTRIES = 16_384;

    private static final int TRAILER_ROOM = MOST_ENTRIES * (ChunkId.SIZE + 8) + 128;

    private final ClientKey client;
    private final ByteBuffer buffer;
    private final PackFormat.Header header;
    private final Sealing sealing;
    private final List<PackTable.Entry> entries = new ArrayList<>();

    /** A pack that is complete. {@code content} lies in the array that the builder was given. */
    record Sealed(ObjectName name, ByteBuffer content, PackTable table) {}

    /** @param memory where the pack is built, at least {@link #memoryFor} long */
    PackBuilder(ClientKey client, byte[] memory) {
        byte[] key = Sealing.newKey();
        this.client = client;
        this.buffer = ByteBuffer.wrap(memory);
        this.header = new PackFormat.Header(client.keyId(), client.recipient().wrap(key));
        this.sealing = new Sealing(key);
        buffer.put(header.bytes());
    }

    /** How much memory a pack takes whose chunks are {@code payload} bytes together. */
    static int memoryFor(int payload) {
        return PackFormat.HEADER_GUESS + payload + TRAILER_ROOM;
    }

    /** Whether a chunk of so many bytes still fits. */
    boolean fits(int length) {
        return entries.size() < MOST_ENTRIES && buffer.remaining() >= length + Sealing.OVERHEAD + TRAILER_ROOM;
    }

    /** @param content compressed, or the chunk itself if {@code plain} is its length */
    ChunkTable.Place add(ChunkId id, ByteBuffer content, int plain, int pack) {
        int offset = buffer.position();
        sealing.seal(offset, id.bytes(), content, buffer);
        var entry = new PackTable.Entry(id, buffer.position() - offset, plain);
        entries.add(entry);
        return new ChunkTable.Place(pack, offset, entry.stored(), plain);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    Sealed seal() {
        var table = new PackTable(header.size(), entries);
        buffer.put(PackFormat.trailer(header, table, client));
        ByteBuffer content = buffer.duplicate().flip();
        return new Sealed(ObjectName.of(Kind.PACK, content), content, table);
    }

    byte[] memory() {
        return buffer.array();
    }
}

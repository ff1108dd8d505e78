package io.espalier.backup.repository;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.crypt.KeyException;
import io.espalier.backup.crypt.Sealing;
import io.espalier.backup.repository.ChunkTable.Place;
import io.espalier.backup.repository.StoreException.Reason;
import java.io.IOException;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * Reads chunks back. What it gives has been unsealed, decompressed only then, and has the id that was asked for; anything
 * else is an exception that names the pack. For one thread.
 */
public final class ChunkReader implements AutoCloseable {

    private final ObjectReader store;
    private final ChunkTable table;
    private final PackKeys keys;
    private final Mac mac;
    private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
    private int openPack = -1;
    private @Nullable Sealing sealing;
    private long bytesRead;

    ChunkReader(ObjectReader store, ChunkTable table, ClientKey key, PackKeys keys) {
        this.store = store;
        this.table = table;
        this.keys = keys;
        this.mac = key.chunkMac();
    }

    /** @throws StoreException {@code NOT_FOUND} if no pack has it, {@code DAMAGED} if what is there is not that chunk */
    public byte[] read(ChunkId id) throws IOException {
        Place place = table.find(id)
                .filter(found -> found.pack() >= 0)
                .orElseThrow(() -> new StoreException(Reason.NOT_FOUND, id + ": in no pack that is there"));
        ObjectName pack = table.pack(place.pack());
        byte[] sealed = store.range(pack, place.offset(), place.stored());
        bytesRead += sealed.length;
        try {
            byte[] plain = decompressed(sealing(place.pack(), pack).open(place.offset(), id.bytes(), sealed), place);
            ClientKey.update(mac, plain, 0, plain.length);
            if (!ChunkId.of(mac.doFinal()).equals(id)) {
                throw new StoreException(Reason.DAMAGED, id + " in " + pack + ": other content");
            }
            return plain;
        } catch (KeyException | ZstdException e) {
            throw new StoreException(Reason.DAMAGED, id + " in " + pack + ": " + e.getMessage(), e);
        }
    }

    private Sealing sealing(int ordinal, ObjectName pack) throws IOException {
        Sealing current = sealing;
        if (current == null || ordinal != openPack) {
            current = new Sealing(keys.keyOf(pack));
            sealing = current;
            openPack = ordinal;
        }
        return current;
    }

    private byte[] decompressed(byte[] content, Place place) throws StoreException {
        if (place.stored() == place.plain() + Sealing.OVERHEAD) {
            return content;
        }
        byte[] plain = new byte[place.plain()];
        int length = zstd.decompress(plain, content);
        if (length != plain.length) {
            throw new StoreException(
                    Reason.DAMAGED, "a chunk of " + length + " bytes (expected: " + plain.length + ")");
        }
        return plain;
    }

    /** How many bytes of packs were read for chunks so far. */
    public long bytesRead() {
        return bytesRead;
    }

    @Override
    public void close() {
        zstd.close();
    }
}

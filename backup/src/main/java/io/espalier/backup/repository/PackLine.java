package io.espalier.backup.repository;

import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.repository.PackBuilder.Sealed;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Fills the packs of one family, one after the other. Memory for packs is lent from a pool, so whoever fills waits while
 * too many are on their way. Safe for all threads.
 */
final class PackLine {

    /** Takes a pack away. Calls {@code done} when the memory may be used again. */
    interface Carrier {
        void carry(Sealed pack, int ordinal, Runnable done) throws InterruptedException;
    }

    private final ClientKey key;
    private final ChunkTable table;
    private final Carrier carrier;
    private final int packSize;
    private final ArrayBlockingQueue<byte[]> memory;
    private int lent;
    private @Nullable PackBuilder filling;
    private int ordinal;

    PackLine(Family family, ClientKey key, ChunkTable table, Carrier carrier) {
        this.key = key;
        this.table = table;
        this.carrier = carrier;
        this.packSize = family.packSize();
        this.memory = new ArrayBlockingQueue<>(family.uploads() + 1);
    }

    synchronized void add(ChunkId id, ByteBuffer content, int plain) throws InterruptedException {
        PackBuilder builder = filling;
        if (builder != null && !builder.fits(content.remaining())) {
            flush();
            builder = null;
        }
        if (builder == null) {
            builder = new PackBuilder(key, borrow());
            ordinal = table.addUnnamed();
            filling = builder;
        }
        table.put(id, builder.add(id, content, plain, ordinal));
    }

    /** Sends the pack that is being filled on its way. */
    synchronized void flush() throws InterruptedException {
        PackBuilder builder = filling;
        if (builder != null) {
            filling = null;
            Sealed sealed = builder.seal();
            table.name(ordinal, sealed.name());
            carrier.carry(sealed, ordinal, () -> memory.add(builder.memory()));
        }
    }

    private byte[] borrow() throws InterruptedException {
        byte[] free = memory.poll();
        if (free != null) {
            return free;
        }
        if (lent < capacity()) {
            lent++;
            return new byte[PackBuilder.memoryFor(packSize)];
        }
        return memory.take();
    }

    private int capacity() {
        return memory.size() + memory.remainingCapacity();
    }
}

package io.espalier.backup.repository;

import io.espalier.backup.repository.ObjectName.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Which chunk lies where: open addressing in flat arrays, 32 bytes a place, at most three quarters full, so that a million
 * chunks take 64 MB. A chunk is known by the first 128 bits of its id; nobody without the key can make two that share them.
 * Safe for all threads.
 */
final class ChunkTable {

    /**
     * @param pack ordinal of the pack; {@link #UNDER_WAY} while the chunk is not in a pack yet
     * @param offset of the sealed chunk within the pack
     * @param stored length there, the seal included
     * @param plain length of the chunk
     */
    record Place(int pack, int offset, int stored, int plain) {}

    static final int UNDER_WAY = -1;

    private static final ObjectName UNNAMED = new ObjectName(Kind.PACK, "0".repeat(64));

    private final List<ObjectName> packs = new ArrayList<>();
    private long[] high = new long[1 << 12];
    private long[] low = new long[1 << 12];
    /** Ordinal + 2, so that 0 is free and 1 is under way. */
    private int[] pack = new int[1 << 12];

    private int[] offset = new int[1 << 12];
    private int[] stored = new int[1 << 12];
    private int[] plain = new int[1 << 12];
    private int size;

    /** Makes room for so many chunks at once, since growing step by step needs half as much again. */
    synchronized void reserve(int chunks) {
        int places = Integer.highestOneBit(Math.max(1 << 12, (int) Math.min(1 << 29, chunks * 4L / 3))) * 2;
        if (places > high.length) {
            resize(places);
        }
    }

    synchronized int addPack(ObjectName name) {
        packs.add(name);
        return packs.size() - 1;
    }

    /** A pack whose name is known when it is complete. */
    synchronized int addUnnamed() {
        packs.add(UNNAMED);
        return packs.size() - 1;
    }

    synchronized void name(int ordinal, ObjectName name) {
        packs.set(ordinal, name);
    }

    synchronized ObjectName pack(int ordinal) {
        return packs.get(ordinal);
    }

    synchronized int packs() {
        return packs.size();
    }

    synchronized List<ObjectName> packs(BitSet ordinals) {
        return ordinals.stream().mapToObj(packs::get).toList();
    }

    synchronized int size() {
        return size;
    }

    synchronized Optional<Place> find(ChunkId id) {
        int at = slot(id.a(), id.b());
        return pack[at] == 0
                ? Optional.empty()
                : Optional.of(new Place(pack[at] - 2, offset[at], stored[at], plain[at]));
    }

    /** The pack of a chunk: its ordinal, {@link #UNDER_WAY}, or -2 if the chunk is unknown, which is then noted as under way. */
    synchronized int packOrClaim(ChunkId id) {
        int at = slot(id.a(), id.b());
        if (pack[at] != 0) {
            return pack[at] - 2;
        }
        insert(at, id, new Place(UNDER_WAY, 0, 0, 0));
        return -2;
    }

    /** As {@link #packOrClaim}, but an unknown chunk stays unknown. */
    synchronized int packIfKnown(ChunkId id) {
        return pack[slot(id.a(), id.b())] - 2;
    }

    synchronized void put(ChunkId id, Place place) {
        int at = slot(id.a(), id.b());
        if (pack[at] > 1) {
            return; // the first place is as good as any
        }
        if (pack[at] == 0) {
            insert(at, id, place);
        } else {
            set(at, place);
        }
    }

    private void insert(int at, ChunkId id, Place place) {
        high[at] = id.a();
        low[at] = id.b();
        set(at, place);
        if (++size > high.length / 4 * 3) {
            resize(high.length * 2);
        }
    }

    private void set(int at, Place place) {
        pack[at] = place.pack() + 2;
        offset[at] = place.offset();
        stored[at] = place.stored();
        plain[at] = place.plain();
    }

    private int slot(long a, long b) {
        int mask = high.length - 1;
        int at = (int) (a >>> 32) & mask;
        while (pack[at] != 0 && (high[at] != a || low[at] != b)) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void resize(int places) {
        long[] oldHigh = high;
        long[] oldLow = low;
        int[] oldPack = pack;
        high = new long[places];
        low = new long[places];
        pack = new int[places];
        int[] slots = new int[oldPack.length];
        Arrays.fill(slots, -1);
        for (int i = 0; i < oldPack.length; i++) {
            if (oldPack[i] != 0) {
                int at = slot(oldHigh[i], oldLow[i]);
                high[at] = oldHigh[i];
                low[at] = oldLow[i];
                pack[at] = oldPack[i];
                slots[i] = at;
            }
        }
        offset = moved(offset, slots, places);
        stored = moved(stored, slots, places);
        plain = moved(plain, slots, places);
    }

    private static int[] moved(int[] from, int[] slots, int places) {
        int[] to = new int[places];
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] >= 0) {
                to[slots[i]] = from[i];
            }
        }
        return to;
    }
}

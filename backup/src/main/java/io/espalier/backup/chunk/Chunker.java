package io.espalier.backup.chunk;

import java.nio.ByteBuffer;

/**
 * FastCDC with a keyed Gear table and normalized chunking of level 2: up to the average length a cut needs two zero bits
 * more than the average calls for, from then on two fewer, so that most chunks are about as long as the average.
 *
 * <p>Source: Xia et al., "The Design of Fast Content-Defined Chunking for Data Deduplication Based Storage Systems",
 * IEEE TPDS 31(9), 2020. The hash here is shifted to the left and its top bits are looked at: those depend on the last 64
 * bytes.
 */
public final class Chunker {

    private static final int LEVEL = 2;

    private final long[] gear = new long[256];
    private final ChunkSizes sizes;
    private final long early;
    private final long late;

    /** @param key 2,048 bytes that decide where cuts are */
    public Chunker(byte[] key, ChunkSizes sizes) {
        if (key.length != 2048) {
            throw new IllegalArgumentException("key: " + key.length + " bytes (expected: 2048)");
        }
        ByteBuffer.wrap(key).asLongBuffer().get(gear);
        this.sizes = sizes;
        int bits = Integer.numberOfTrailingZeros(sizes.average());
        this.early = -1L << (64 - bits - LEVEL);
        this.late = -1L << (64 - bits + LEVEL);
    }

    public ChunkSizes sizes() {
        return sizes;
    }

    /**
     * How long the chunk that begins at {@code from} is.
     *
     * @param until where the bytes end; if this is not the end of the stream, at least {@code sizes().most()} behind
     *     {@code from}
     */
    public int length(byte[] bytes, int from, int until) {
        int available = until - from;
        if (available <= sizes.least()) {
            return available;
        }
        int end = from + Math.min(available, sizes.most());
        int middle = Math.min(from + sizes.average(), end);
        int at = from + sizes.least();
        long[] table = gear;
        long hash = 0;
        // The hash sees 64 bytes before the first place where a cut may be.
        for (int warm = at - 64; warm < at; warm++) {
            hash = (hash << 1) + table[bytes[warm] & 0xff];
        }
        long mask = early;
        for (; at < middle; at++) {
            hash = (hash << 1) + table[bytes[at] & 0xff];
            if ((hash & mask) == 0) {
                return at + 1 - from;
            }
        }
        mask = late;
        for (; at < end; at++) {
            hash = (hash << 1) + table[bytes[at] & 0xff];
            if ((hash & mask) == 0) {
                return at + 1 - from;
            }
        }
        return end - from;
    }
}

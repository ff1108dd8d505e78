package io.espalier.backup.chunk;

/**
 * How long chunks may be, in bytes. The last chunk of a stream may be shorter.
 *
 * @param average a power of two
 */
public record ChunkSizes(int least, int average, int most) {

    /** For the content of files: 512 KiB, 1 MiB, 8 MiB. */
    public static final ChunkSizes CONTENT = new ChunkSizes(512 << 10, 1 << 20, 8 << 20);

    /** For lists of files, of which a change touches little: 32 KiB, 128 KiB, 1 MiB. */
    public static final ChunkSizes LISTING = new ChunkSizes(32 << 10, 128 << 10, 1 << 20);

    public ChunkSizes {
        if (least < 64 || least >= average || average >= most || Integer.bitCount(average) != 1) {
            throw new IllegalArgumentException("sizes: " + least + ", " + average + ", " + most
                    + " (expected: rising, the middle a power of two)");
        }
    }
}

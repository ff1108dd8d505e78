package io.espalier.backup.chunk;

import java.io.IOException;

/** Takes one chunk after the other. */
@FunctionalInterface
public interface ChunkTarget {

    /** @param bytes belongs to the caller again when this returns; the chunk is {@code length} bytes from {@code from} on */
    void chunk(byte[] bytes, int from, int length) throws IOException, InterruptedException;
}

package io.espalier.backup.chunk;

import java.io.IOException;

/** Gathers a stream that comes in pieces and hands its chunks on. Holds about twice the longest chunk. For one thread. */
public final class ChunkBuffer {

    private final Chunker chunker;
    private final byte[] bytes;
    private int from;
    private int until;

    public ChunkBuffer(Chunker chunker) {
        this.chunker = chunker;
        this.bytes = new byte[chunker.sizes().most() * 3 / 2];
    }

    /** Where the next bytes go: write at most {@link #room} of them at {@link #end}, then call {@link #filled}. */
    public byte[] array() {
        return bytes;
    }

    public int end() {
        return until;
    }

    /** How much may be written at {@link #end}; never 0. */
    public int room() {
        if (from == until) {
            from = 0;
            until = 0;
        } else if (bytes.length - until < bytes.length / 8) {
            System.arraycopy(bytes, from, bytes, 0, until - from);
            until -= from;
            from = 0;
        }
        return bytes.length - until;
    }

    /** {@code count} bytes were written. Hands on every chunk that is complete. */
    public void filled(int count, ChunkTarget target) throws IOException, InterruptedException {
        until += count;
        while (until - from >= chunker.sizes().most()) {
            next(target);
        }
    }

    public void add(byte[] more, int start, int length, ChunkTarget target) throws IOException, InterruptedException {
        while (length > 0) {
            int part = Math.min(length, room());
            System.arraycopy(more, start, bytes, until, part);
            filled(part, target);
            start += part;
            length -= part;
        }
    }

    /** The stream is at its end; hands on what is left. Then another stream may begin. */
    public void finish(ChunkTarget target) throws IOException, InterruptedException {
        while (from < until) {
            next(target);
        }
    }

    /** Forgets what was not handed on. */
    public void clear() {
        from = 0;
        until = 0;
    }

    private void next(ChunkTarget target) throws IOException, InterruptedException {
        int length = chunker.length(bytes, from, until);
        int start = from;
        from += length;
        target.chunk(bytes, start, length);
    }
}

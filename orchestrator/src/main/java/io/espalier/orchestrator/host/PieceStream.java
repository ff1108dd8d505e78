package io.espalier.orchestrator.host;

import io.espalier.protocol.wire.Message;
import java.io.IOException;
import java.io.OutputStream;

/** Cuts what is written into pieces of at most {@link Message.Blobs#MAX_PIECE} bytes; the last is sent on close. */
final class PieceStream extends OutputStream {

    private final Sink sink;
    private final byte[] piece = new byte[Message.Blobs.MAX_PIECE];
    private int filled;
    private boolean ended;

    /** Takes the pieces in order. */
    @FunctionalInterface
    interface Sink {
        void send(byte[] piece, boolean last) throws IOException;
    }

    PieceStream(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        int at = from;
        int end = from + length;
        while (at < end) {
            if (filled == piece.length) {
                sink.send(piece.clone(), false);
                filled = 0;
            }
            int count = Math.min(end - at, piece.length - filled);
            System.arraycopy(bytes, at, piece, filled, count);
            filled += count;
            at += count;
        }
    }

    @Override
    public void close() throws IOException {
        if (!ended) {
            ended = true;
            sink.send(java.util.Arrays.copyOf(piece, filled), true);
        }
    }
}

package io.espalier.agent.serve;

import com.github.luben.zstd.ZstdInputStream;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.wire.Frames;
import io.espalier.protocol.wire.Message;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of the {@link Message.Blobs} of a conversation, one piece after another, to the last. */
final class BlobStream extends InputStream {

    /** 2^23 bytes: the most memory that the sender's window may take. */
    private static final int WINDOW_LOG = 23;

    private final Frames frames;
    private final long most;
    private byte[] piece = new byte[0];
    private int at;
    private long taken;
    private boolean last;

    private BlobStream(Frames frames, long most) {
        this.frames = frames;
        this.most = most;
    }

    /**
     * What was compressed.
     *
     * @param bytes how many are expected; a stream that is longer than they can be compressed to is refused
     */
    static InputStream open(Frames frames, long bytes) throws IOException {
        // zstd's own bound, with room for many small flushed blocks
        var compressed = new BlobStream(frames, bytes + (bytes >> 6) + (64 << 10));
        return new ZstdInputStream(compressed).setLongMax(WINDOW_LOG);
    }

    @Override
    public int read() throws IOException {
        return fill() ? piece[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, bytes, offset, count);
        at += count;
        return count;
    }

    private boolean fill() throws IOException {
        while (at == piece.length && !last) {
            Message next =
                    frames.receive().orElseThrow(() -> new EOFException("the connection ended before the blobs"));
            if (!(next instanceof Message.Blobs(var bytes, var isLast))) {
                throw new MalformedException("blobs were expected");
            }
            taken += bytes.length;
            if (bytes.length > Message.Blobs.MAX_PIECE || taken > most) {
                throw new MalformedException("blobs: more bytes than were asked for");
            }
            piece = bytes;
            at = 0;
            last = isLast;
        }
        return at < piece.length;
    }

    /** Does not end the conversation. */
    @Override
    public void close() {
        piece = new byte[0];
        at = 0;
    }
}

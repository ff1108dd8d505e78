package io.espalier.protocol.wire;

import io.espalier.protocol.codec.MalformedException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Messages on a stream, each in a frame: four bytes big-endian length of the rest, one byte kind, the message's bytes.
 *
 * <pre>
 * 00 00 00 05  01  02 03 65 73 70      Hello(protocol 2, peer "esp")
 * </pre>
 *
 * Not safe for several threads on one side of one stream.
 */
public final class Frames {

    /** The most bytes of one frame behind its length: the largest manifest that is taken. */
    public static final int MAX_FRAME = 64 << 20;

    private final DataInputStream in;
    private final OutputStream out;
    private final int maxFrame;

    public Frames(InputStream in, OutputStream out) {
        this(in, out, MAX_FRAME);
    }

    /** @param maxFrame the most bytes of a frame that is received; at most {@link #MAX_FRAME} */
    public Frames(InputStream in, OutputStream out, int maxFrame) {
        this.in = new DataInputStream(in);
        this.out = out;
        this.maxFrame = Math.min(maxFrame, MAX_FRAME);
    }

    /** Writes and flushes one message. */
    public void send(Message message) throws IOException {
        byte[] body = MessageFormat.encode(message);
        byte[] frame = ByteBuffer.allocate(5 + body.length)
                .putInt(1 + body.length)
                .put((byte) MessageFormat.kindOf(message))
                .put(body)
                .array();
        out.write(frame);
        out.flush();
    }

    /**
     * The next message, or empty if the peer closed the stream between two messages.
     *
     * @throws MalformedException if what came is not a message; the stream is of no more use then
     * @throws EOFException if the stream ended inside a message
     */
    public Optional<Message> receive() throws IOException {
        int first = in.read();
        if (first < 0) {
            return Optional.empty();
        }
        int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedByte() << 8 | in.readUnsignedByte();
        if (length < 1 || length > maxFrame) {
            throw new MalformedException("frame: " + length + " bytes (expected: 1 to " + maxFrame + ")");
        }
        int kind = in.readUnsignedByte();
        byte[] body = readGrowing(length - 1);
        return Optional.of(MessageFormat.decode(kind, body));
    }

    /** Takes memory as bytes arrive, so that a peer cannot make us take it by announcing them. */
    private byte[] readGrowing(int length) throws IOException {
        byte[] body = new byte[Math.min(length, 64 << 10)];
        int filled = 0;
        while (filled < length) {
            if (filled == body.length) {
                body = java.util.Arrays.copyOf(body, (int) Math.min(length, 2L * body.length));
            }
            in.readFully(body, filled, body.length - filled);
            filled = body.length;
        }
        return body;
    }
}

package io.espalier.agent.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The two streams of a connection, with limits on how long a peer may be silent: long between two messages, short
 * inside one and while it does not take what it is sent. Reaching a limit closes the connection.
 */
final class Conversation {

    private static final int BUFFER = 16 << 10;

    private final SocketChannel channel;
    private final Deadlines deadlines;
    private final Duration silence;
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER).flip();
    private Duration patience;
    private @Nullable Future<?> reading;

    /** @param silence the most time between two bytes of one message */
    Conversation(SocketChannel channel, Deadlines deadlines, Duration silence) {
        this.channel = channel;
        this.deadlines = deadlines;
        this.silence = silence;
        this.patience = silence;
    }

    /** The next byte begins a message and may be this long in coming. */
    void expectMessage(Duration within) {
        patience = within;
    }

    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return fill() ? in.get() & 0xff : -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (!fill()) {
                    return -1;
                }
                int count = Math.min(length, in.remaining());
                in.get(bytes, offset, count);
                return count;
            }
        };
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer out = ByteBuffer.wrap(bytes, offset, length);
                while (out.hasRemaining()) {
                    // In pieces, so that the JDK's per-thread copy stays small.
                    ByteBuffer piece = out.slice(out.position(), Math.min(out.remaining(), BUFFER));
                    Future<?> limit = deadlines.at(silence, Conversation.this::close);
                    try {
                        out.position(out.position() + channel.write(piece));
                    } finally {
                        limit.cancel(false);
                    }
                }
            }
        };
    }

    private boolean fill() throws IOException {
        if (in.hasRemaining()) {
            return true;
        }
        reading = deadlines.at(patience, this::close);
        in.clear();
        try {
            int count = channel.read(in);
            patience = silence;
            return count > 0;
        } finally {
            in.flip();
            reading.cancel(false);
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            return; // nobody is left to tell
        }
    }
}

package io.espalier.orchestrator.host;

import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/** A Unix socket on this machine. */
final class UnixWire implements Wire {

    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;

    private UnixWire(SocketChannel channel) {
        this.channel = channel;
        this.in = Channels.newInputStream(channel);
        this.out = Channels.newOutputStream(channel);
    }

    static UnixWire connect(Path socket) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new UnixWire(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public OutputStream out() {
        return out;
    }

    @Override
    public boolean isOpen() {
        if (!channel.isOpen()) {
            return false;
        }
        try { // nobody reads now, so nothing may be there to read: neither bytes nor an end
            channel.configureBlocking(false);
            int read = channel.read(ByteBuffer.allocate(1));
            channel.configureBlocking(true);
            return read == 0;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public Break whyBroken(Optional<IOException> cause) {
        return new Break(Reason.AGENT_DOWN, "the agent ended the conversation");
    }

    @Override
    public void abort(boolean last) {
        close();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // nothing of it is needed any more
        }
    }
}

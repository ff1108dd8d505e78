package io.espalier.orchestrator.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.channel.ChannelOutputStream;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.AbstractServerChannel;

/**
 * The server's side of {@code direct-streamlocal@openssh.com}, which Apache MINA does not have: a channel to a Unix
 * socket.
 *
 * <p>The threads of MINA only queue what came; a thread of the channel's own writes it to the socket and only then gives
 * the window back, so that the queue holds at most one window.
 */
final class SocketChannelOverSsh extends AbstractServerChannel {

    static final String TYPE = "direct-streamlocal@openssh.com";

    private static final byte[] END = {};

    private final Function<String, Optional<Path>> sockets;
    private final BlockingQueue<byte[]> toSocket = new LinkedBlockingQueue<>();

    private SocketChannelOverSsh(Function<String, Optional<Path>> sockets) {
        super("", List.of(), null);
        this.sockets = sockets;
    }

    /** @param sockets from the path that a client asks for to the one that it gets; empty: none */
    static ChannelFactory factory(Function<String, Optional<Path>> sockets) {
        return new ChannelFactory() {
            @Override
            public String getName() {
                return TYPE;
            }

            @Override
            public Channel createChannel(Session session) {
                return new SocketChannelOverSsh(sockets);
            }
        };
    }

    @Override
    protected OpenFuture doInit(Buffer request) {
        var opened = new DefaultOpenFuture(this, this);
        String path = request.getString();
        try {
            Path real = sockets.apply(path).orElseThrow(() -> new IOException("no such socket"));
            SocketPump pump = SocketPump.connect(real);
            addCloseFutureListener(_ -> {
                pump.close();
                toSocket.add(END);
            });
            signalChannelOpenSuccess();
            opened.setOpened();
            Thread.ofVirtual().name("to-agent").start(() -> feed(pump));
            Thread.ofVirtual().name("from-agent").start(() -> drain(pump));
        } catch (IOException e) {
            signalChannelOpenFailure(e);
            notifyStateChanged("open failed");
            opened.setException(new SshChannelOpenException(
                    getChannelId(), SshConstants.SSH_OPEN_CONNECT_FAILED, "open failed", e));
            close(true);
        }
        return opened;
    }

    @Override
    protected void doWriteData(byte[] data, int from, long length) {
        if (length > 0) {
            toSocket.add(Arrays.copyOfRange(data, from, from + Math.toIntExact(length)));
        }
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int from, long length) throws IOException {
        throw new IOException("extended data on a channel to a socket");
    }

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        toSocket.add(END);
    }

    private void feed(SocketPump pump) {
        try {
            for (byte[] piece = toSocket.take(); piece.length > 0; piece = toSocket.take()) {
                pump.write(piece, 0, piece.length);
                getLocalWindow().release(piece.length);
            }
            pump.endOutput();
        } catch (IOException e) {
            close(true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close(true);
        }
    }

    private void drain(SocketPump pump) {
        try (var out = new ChannelOutputStream(this, getRemoteWindow(), log, SshConstants.SSH_MSG_CHANNEL_DATA, true)) {
            pump.copyTo(out);
        } catch (IOException e) {
            log.debug("agent's socket ended", e);
        } finally {
            close(false);
        }
    }
}

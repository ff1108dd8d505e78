package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.host.Wire;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import net.schmizz.sshj.connection.channel.Channel;

/** A channel on an SSH connection that ends at the agent's socket. */
final class ChannelWire implements Wire {

    /** What sshj says when one writes to a channel that the other side has closed. */
    private static final String CLOSED = "Stream closed";

    private final SshConnection connection;
    private final Channel channel;
    private final Supplier<String> lastWords;
    private final Runnable afterClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param lastWords asked, once the channel has ended, for what the other end said about it; empty if nothing
     * @param afterClose what else ends with this wire
     */
    ChannelWire(SshConnection connection, Channel channel, Supplier<String> lastWords, Runnable afterClose) {
        this.connection = connection;
        this.channel = channel;
        this.lastWords = lastWords;
        this.afterClose = afterClose;
    }

    @Override
    public InputStream in() {
        return channel.getInputStream();
    }

    @Override
    public OutputStream out() {
        return channel.getOutputStream();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen() && !channel.isEOF() && connection.isAlive();
    }

    @Override
    public Break whyBroken(Optional<IOException> cause) {
        // a dying connection tells its channels before it counts as dead itself
        boolean channelOnly = cause.isEmpty() || CLOSED.equals(cause.get().getMessage());
        if (!connection.isAlive() || !channelOnly) {
            return new Break(Reason.UNREACHABLE, "the SSH connection was lost");
        }
        String words = lastWords.get();
        return new Break(
                Reason.AGENT_DOWN, "the agent ended the conversation" + (words.isEmpty() ? "" : " (" + words + ")"));
    }

    @Override
    public void abort(boolean last) {
        if (last) {
            connection.kill(); // a peer that takes no bytes holds the connection's write lock against its probes too
            return;
        }
        try {
            channel.getInputStream().close();
        } catch (IOException _) {
            // it is being thrown away
        }
        close();
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        Thread.startVirtualThread(
                () -> { // the peer's consent is waited for, but nobody needs it
                    try {
                        channel.close();
                    } catch (IOException _) {
                        // the other side was faster, or is gone
                    } finally {
                        afterClose.run();
                    }
                });
    }
}

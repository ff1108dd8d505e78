package io.espalier.orchestrator.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;

/** What {@code espalier-agent bridge} does, as an SSH command: copies between the session and the agent's socket. */
final class Bridge implements Command {

    private static final int NO_AGENT = 69; // EX_UNAVAILABLE of sysexits.h

    private final Path path;
    private @Nullable InputStream in;
    private @Nullable OutputStream out;
    private @Nullable OutputStream err;
    private @Nullable ExitCallback exit;
    private volatile @Nullable SocketPump pump;

    Bridge(Path path) {
        this.path = path;
    }

    @Override
    public void start(ChannelSession channel, Environment env) {
        Thread.ofVirtual().name("bridge").start(this::run);
    }

    private void run() {
        try (var socket = SocketPump.connect(path)) {
            pump = socket;
            Thread.ofVirtual().name("bridge-in").start(() -> feed(socket));
            socket.copyTo(java.util.Objects.requireNonNull(out));
            end(0, "");
        } catch (IOException e) {
            end(NO_AGENT, "no agent listens here: " + e.getMessage());
        }
    }

    private void feed(SocketPump socket) {
        try {
            socket.copyFrom(java.util.Objects.requireNonNull(in));
        } catch (IOException e) {
            socket.close();
        }
    }

    private void end(int status, String message) {
        try {
            if (!message.isEmpty() && err != null) {
                err.write((message + "\n").getBytes(StandardCharsets.UTF_8));
                err.flush();
            }
        } catch (IOException _) {
            // the client left before it could be told
        }
        if (exit != null) {
            exit.onExit(status, message);
        }
    }

    @Override
    public void destroy(ChannelSession channel) {
        SocketPump open = pump;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void setInputStream(InputStream stream) {
        in = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
        out = stream;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
        err = stream;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }
}

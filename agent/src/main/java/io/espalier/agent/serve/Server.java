package io.espalier.agent.serve;

import io.espalier.agent.system.Names;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Takes connections on a Unix socket, each served by a thread; a new one displaces the longest idle if there are too many. */
public final class Server implements AutoCloseable {

    /** Linux {@code sun_path}, without its closing zero. */
    private static final int MAX_SOCKET_PATH = 107;

    private static final int MAX_CONNECTIONS = 16;
    private static final int BACKLOG = 16;
    private static final int STACK = 256 << 10;

    private final ServerSocketChannel listener;
    private final Path socket;
    private final Requests requests;
    private final Deadlines deadlines;
    private final List<Session> sessions = new ArrayList<>();

    private Server(ServerSocketChannel listener, Path socket, Requests requests, Deadlines deadlines) {
        this.listener = listener;
        this.socket = socket;
        this.requests = requests;
        this.deadlines = deadlines;
    }

    /**
     * Listens. A socket that a dead agent left is replaced.
     *
     * @param group that may connect, where the agent runs as root and has such a group; else only its own user may
     * @throws IOException with a sentence for the user, such as for a path that is too long
     */
    public static Server listen(
            Path socket, Optional<String> group, Names names, Requests requests, Deadlines deadlines)
            throws IOException {
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_SOCKET_PATH) {
            throw new IOException("socket: " + socket + " has " + length + " bytes (expected: at most "
                    + MAX_SOCKET_PATH + "; set a shorter `socket:` in agent.yaml)");
        }
        Path folder = Optional.ofNullable(socket.getParent())
                .orElseThrow(() -> new IOException("socket: " + socket + " (expected: a path in a folder)"));
        Files.createDirectories(folder);
        // Bound under another name and put in place when its mode is right, so that nobody connects before.
        Path fresh = folder.resolve(".s");
        Files.deleteIfExists(fresh);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(fresh), BACKLOG);
            Optional<Integer> gid = names.ownUser() == 0 ? group.flatMap(names::gid) : Optional.empty();
            if (gid.isPresent()) {
                Files.setAttribute(fresh, "unix:gid", gid.get());
            }
            Files.setPosixFilePermissions(
                    fresh, PosixFilePermissions.fromString(gid.isPresent() ? "rw-rw----" : "rw-------"));
            Files.move(fresh, socket, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            return new Server(listener, socket, requests, deadlines);
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    /** Takes connections until {@link #close}. */
    public void serve() throws IOException {
        while (true) {
            try {
                start(listener.accept());
            } catch (ClosedChannelException closed) {
                return;
            } catch (OutOfMemoryError e) {
                System.err.println("a connection was refused for lack of memory");
            }
        }
    }

    private void start(SocketChannel channel) {
        // A frame takes up to three times its size in memory while it is read and understood.
        int maxFrame = (int) Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 6);
        var session = new Session(channel, deadlines, requests, maxFrame);
        synchronized (sessions) {
            if (sessions.size() >= MAX_CONNECTIONS) {
                Optional<Session> longestIdle = sessions.stream()
                        .filter(one -> one.idleSince().isPresent())
                        .min(Comparator.comparing(one -> one.idleSince().orElse(Long.MAX_VALUE)));
                if (longestIdle.isEmpty()) {
                    session.close();
                    return;
                }
                longestIdle.get().close();
                sessions.remove(longestIdle.get());
            }
            sessions.add(session);
        }
        var thread = new Thread(
                null,
                () -> {
                    try {
                        session.run();
                    } finally {
                        synchronized (sessions) {
                            sessions.remove(session);
                        }
                    }
                },
                "session",
                STACK);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(socket);
        synchronized (sessions) {
            sessions.forEach(Session::close);
        }
    }
}

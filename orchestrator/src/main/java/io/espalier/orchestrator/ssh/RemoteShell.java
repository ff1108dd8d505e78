package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Watchdog;
import io.espalier.protocol.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.connection.channel.direct.Session;

/** A login that runs commands: for enrolment only, all else goes through the agent. */
public final class RemoteShell implements AutoCloseable {

    /** The most that is kept of what a command says. */
    private static final int MAX_OUTPUT = 64 << 10;

    private static final int PIECE = 32 << 10;

    private final Host host;
    private final SshConnection connection;
    private final Watchdog watchdog;

    private RemoteShell(Host host, SshConnection connection, Watchdog watchdog) {
        this.host = host;
        this.connection = connection;
        this.watchdog = watchdog;
    }

    /**
     * How a command ended.
     *
     * @param status its exit status; 255 if it was killed
     * @param output its standard output, and {@code errors} its standard error, each cut at 64 KB
     */
    public record Ended(int status, String output, String errors) {}

    /**
     * The key that a host presents; nothing is sent to it afterwards.
     *
     * @throws LinkException if it cannot be reached
     */
    public static HostKey presentedBy(Host host, SshSettings settings) {
        try (var watchdog = new Watchdog()) {
            var nobody = new Login.Password("");
            SshConnection.connect(host, nobody, HostKeys.Trust.NONE, Optional.empty(), settings, false, watchdog)
                    .close();
            throw new IllegalStateException(host.name() + ": was taken without a known key");
        } catch (HostKeyException e) {
            return e.presented()
                    .orElseThrow(() -> new LinkException(
                            Reason.HOST_KEY_UNKNOWN, host.name() + ": it has no key of a type that is good enough", e));
        }
    }

    /** @throws LinkException if it cannot be reached, has another key, or refuses the login */
    public static RemoteShell connect(Host host, Login login, HostKey pinned, SshSettings settings) {
        var watchdog = new Watchdog();
        try {
            return new RemoteShell(
                    host,
                    SshConnection.connect(
                            host, login, HostKeys.Trust.pinned(pinned), Optional.empty(), settings, true, watchdog),
                    watchdog);
        } catch (HostKeyException e) {
            watchdog.close();
            throw new LinkException(e.reason(), String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            watchdog.close();
            throw e;
        }
    }

    /**
     * Runs a command to its end.
     *
     * @param input for its standard input; read to its end, not closed
     * @param limit for all of it; the connection is closed when it is over
     * @throws LinkException if the connection breaks or the limit is over
     */
    public Ended run(List<String> arguments, InputStream input, Duration limit) {
        try (var watch = watchdog.watch(limit, _ -> connection.kill())) {
            try (Session session = connection.client().startSession()) {
                Session.Command command = session.exec(ShellWords.join(arguments));
                var errors = new ByteArrayOutputStream();
                Thread reader = Thread.startVirtualThread(() -> collect(command.getErrorStream(), errors));
                var output = new ByteArrayOutputStream();
                Thread feeder = Thread.startVirtualThread(() -> feed(input, command));
                collect(command.getInputStream(), output);
                reader.join();
                command.join(limit.toMillis(), TimeUnit.MILLISECONDS);
                feeder.join(limit);
                Integer status = command.getExitStatus();
                if (watch.hasExpired()) {
                    throw new IOException("not done");
                }
                return new Ended(status == null ? 255 : status, text(output), text(errors));
            } catch (IOException e) {
                throw watch.hasExpired()
                        ? new LinkException(
                                Reason.TIMED_OUT,
                                host.name() + ": " + arguments.getFirst() + " did not end within " + limit.toSeconds()
                                        + " s",
                                e)
                        : new LinkException(
                                Reason.UNREACHABLE,
                                host.name() + ": " + SshFailure.of(e, false).text(),
                                e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LinkException(Reason.ABORTED, host.name() + ": interrupted", e);
            }
        }
    }

    @Override
    public void close() {
        connection.close();
        watchdog.close();
    }

    private static void feed(InputStream input, Session.Command command) {
        try (OutputStream to = command.getOutputStream()) {
            byte[] piece = new byte[PIECE];
            for (int length = input.read(piece); length >= 0; length = input.read(piece)) {
                to.write(piece, 0, length);
            }
            to.flush();
        } catch (IOException _) {
            // a command that ends before it has read all says why by its status
        }
    }

    /** Reads to the end, or the command would wait for us; keeps the beginning. */
    private static void collect(InputStream from, ByteArrayOutputStream into) {
        try {
            byte[] piece = new byte[PIECE];
            for (int length = from.read(piece); length >= 0; length = from.read(piece)) {
                into.write(piece, 0, Math.min(length, MAX_OUTPUT - into.size()));
            }
        } catch (IOException _) {
            // the end of the connection; the status that is missing then tells
        }
    }

    private static String text(ByteArrayOutputStream said) {
        return said.toString(StandardCharsets.UTF_8).strip();
    }
}

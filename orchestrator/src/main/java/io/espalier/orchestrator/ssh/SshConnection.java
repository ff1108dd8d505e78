package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Watchdog;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import net.schmizz.keepalive.KeepAliveRunner;
import net.schmizz.sshj.ConfigImpl;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;
import org.jspecify.annotations.Nullable;

/** One SSH connection to one host, logged in, with a host key that was found to be the right one. */
final class SshConnection implements AutoCloseable {

    private final Host host;
    private final SSHClient client;
    private final HostKey hostKey;
    private final @Nullable Socket socket;

    private SshConnection(Host host, SSHClient client, HostKey hostKey, @Nullable Socket socket) {
        this.host = host;
        this.client = client;
        this.hostKey = hostKey;
        this.socket = socket;
    }

    /**
     * Connects and logs in.
     *
     * @param through a connection to the jump host; empty for a direct one
     * @param keepAlive whether the connection is to be probed while it is quiet
     * @throws HostKeyException if the host's key is not one that {@code trust} takes
     * @throws LinkException saying which other step failed and why
     */
    static SshConnection connect(
            Host host,
            Login login,
            HostKeys.Trust trust,
            Optional<SshConnection> through,
            SshSettings settings,
            boolean keepAlive,
            Watchdog watchdog) {
        var attempt = new Handshake(host, trust, settings);
        try (var watch =
                watchdog.watch(settings.connectTimeout().plus(settings.handshakeTimeout()), _ -> attempt.abandon())) {
            try {
                return attempt.run(login, through, keepAlive);
            } catch (IOException | RuntimeException e) {
                attempt.abandon();
                throw attempt.refusedKey(e)
                        .map(RuntimeException.class::cast)
                        .orElseGet(() -> attempt.explain(e, watch.hasExpired()));
            }
        }
    }

    Host host() {
        return host;
    }

    HostKey hostKey() {
        return hostKey;
    }

    SSHClient client() {
        return client;
    }

    boolean isAlive() {
        return client.getTransport().isRunning();
    }

    /** Ends it at once, even if the peer takes no more bytes. */
    void kill() {
        if (socket != null) {
            closeQuietly(socket); // first: saying goodbye would wait behind a blocked write
        }
        close();
    }

    @Override
    public void close() {
        closeQuietly(client);
    }

    private static void closeQuietly(AutoCloseable open) {
        try {
            open.close();
        } catch (Exception _) {
            // it is not used any more, whatever it says
        }
    }

    /** The steps up to a usable connection, and the words for each way in which they can fail. */
    private static final class Handshake {

        private final Host host;
        private final HostKeyCheck check;
        private final SshSettings settings;
        private final ConfigImpl config;
        private final SSHClient client;
        private volatile @Nullable Socket socket;
        private volatile Step step = Step.CONNECT;

        private enum Step {
            CONNECT,
            KEY_EXCHANGE,
            LOGIN
        }

        Handshake(Host host, HostKeys.Trust trust, SshSettings settings) {
            this.host = host;
            this.check = new HostKeyCheck(host, trust);
            this.settings = settings;
            this.config = Algorithms.configuration(trust);
            this.client = new SSHClient(config);
        }

        SshConnection run(Login login, Optional<SshConnection> through, boolean keepAlive) throws IOException {
            int timeout = Math.toIntExact(settings.handshakeTimeout().toMillis());
            client.addHostKeyVerifier(check);
            client.getTransport().setTimeoutMs(timeout);
            client.getConnection().setTimeoutMs(timeout);
            client.setTimeout(timeout);
            if (keepAlive) { // has no effect once connected
                KeepAliveRunner probe = (KeepAliveRunner) client.getConnection().getKeepAlive();
                probe.setKeepAliveInterval(Math.toIntExact(settings.keepAlive().toSeconds()));
                probe.setMaxAliveCount(settings.keepAliveCount());
            }
            Host.SshAddress to = host.ssh();
            if (through.isPresent()) {
                DirectConnection tunnel = through.get().client.newDirectConnection(to.address(), to.port());
                step = Step.KEY_EXCHANGE;
                client.connectVia(tunnel);
            } else {
                Socket direct = connectSocket(to);
                step = Step.KEY_EXCHANGE;
                client.setSocketFactory(new ConnectedSocketFactory(direct));
                client.connect(to.address(), to.port());
                direct.setSoTimeout(0); // from here on the probes notice a peer that went silent
            }
            step = Step.LOGIN;
            Algorithms.whileAnyClientKeyIsAllowed(config, () -> client.auth(to.user(), login.methods()));
            return new SshConnection(host, client, check.presented().orElseThrow(), socket);
        }

        private Socket connectSocket(Host.SshAddress to) throws IOException {
            var fresh = new Socket();
            socket = fresh;
            fresh.setTcpNoDelay(true); // each message waits for the one before: two thirds of a handshake otherwise
            fresh.connect(
                    new InetSocketAddress(to.address(), to.port()),
                    Math.toIntExact(settings.connectTimeout().toMillis()));
            return fresh;
        }

        void abandon() {
            Socket open = socket;
            if (open != null) {
                closeQuietly(open);
            }
            closeQuietly(client);
        }

        Optional<HostKeyException> refusedKey(Exception cause) {
            if (check.refusal().isPresent()) {
                HostKeyCheck.Refusal refusal = check.refusal().get();
                return Optional.of(
                        new HostKeyException(refusal.reason(), where() + refusal.detail(), check.presented(), cause));
            }
            SshFailure failure = SshFailure.of(cause, false);
            return step == Step.KEY_EXCHANGE && failure.isNoCommonHostKey()
                    ? Optional.of(new HostKeyException(
                            Reason.HOST_KEY_CHANGED,
                            where() + "it has no key of the pinned type any more",
                            Optional.empty(),
                            cause))
                    : Optional.empty();
        }

        LinkException explain(Exception cause, boolean expired) {
            SshFailure failure = SshFailure.of(cause, expired);
            Reason reason = failure.isTimeout() && step != Step.CONNECT ? Reason.TIMED_OUT : Reason.UNREACHABLE;
            if (step == Step.LOGIN && failure.isRefusedLogin()) {
                reason = Reason.AUTH_FAILED;
            }
            return new LinkException(reason, where() + failure.text(), cause);
        }

        private String where() {
            Host.SshAddress to = host.ssh();
            return host.name() + " (" + to.user() + "@" + to.address() + ":" + to.port() + "): ";
        }
    }
}

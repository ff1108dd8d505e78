package io.espalier.orchestrator.demo;

import io.espalier.orchestrator.ssh.HostKey;
import io.espalier.orchestrator.ssh.SshKeyFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;

/**
 * A demo host's sshd: lets one key in and takes it to one agent's socket, whichever socket it asks for, or whichever
 * command it runs. Listens on 127.0.0.1 only, needs no root rights, starts no process and reads no other file.
 */
public final class DemoSshServer implements AutoCloseable {

    /** Whether a channel to a socket is allowed; without, only the bridge is left, as on a hardened sshd. */
    public enum Sockets {
        ALLOWED,
        FORBIDDEN
    }

    private final SshServer server;
    private final HostKey hostKey;

    private DemoSshServer(SshServer server, HostKey hostKey) {
        this.server = server;
        this.hostKey = hostKey;
    }

    /**
     * Starts a server.
     *
     * @param hostKeyFile its private key; made if there is none
     * @param authorized the public key that is let in, as in {@code authorized_keys}
     * @param user the name to log in with
     * @param agentSocket where the agent of this host listens, now or later
     * @param port 0 for a free one
     */
    public static DemoSshServer start(
            Path hostKeyFile, String authorized, String user, Path agentSocket, int port, Sockets sockets)
            throws IOException {
        HostKey allowed = HostKey.parse(authorized);
        String privateKey = SshKeyFile.readOrMake(hostKeyFile);
        Iterable<KeyPair> pairs;
        try {
            pairs = SecurityUtils.loadKeyPairIdentities(
                    null,
                    null,
                    new java.io.ByteArrayInputStream(privateKey.getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                    null);
        } catch (GeneralSecurityException e) {
            throw new IOException(hostKeyFile + ": not a private key", e);
        }
        KeyPair pair = pairs.iterator().next();
        SshServer server = SshServer.setUpDefaultServer();
        server.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.setPort(port);
        server.setKeyPairProvider(KeyPairProvider.wrap(pair));
        server.setPublickeyAuthenticator(
                (name, key, _) -> name.equals(user) && HostKey.of(key).equals(allowed));
        server.setPasswordAuthenticator(null);
        server.setKeyboardInteractiveAuthenticator(null);
        server.setCommandFactory((_, _) -> new Bridge(agentSocket));
        server.setShellFactory(null);
        server.setSubsystemFactories(List.of());
        CoreModuleProperties.IDLE_TIMEOUT.set(server, Duration.ZERO); // links are kept open
        CoreModuleProperties.AUTH_TIMEOUT.set(server, Duration.ofSeconds(20));
        CoreModuleProperties.TCP_NODELAY.set(server, true);
        CoreModuleProperties.SOCKET_REUSEADDR.set(server, true);
        server.setChannelFactories(List.of(
                org.apache.sshd.server.channel.ChannelSessionFactory.INSTANCE,
                SocketChannelOverSsh.factory(
                        _ -> sockets == Sockets.ALLOWED ? Optional.of(agentSocket) : Optional.empty())));
        server.start();
        return new DemoSshServer(server, HostKey.of(pair.getPublic()));
    }

    public int port() {
        return server.getPort();
    }

    public HostKey hostKey() {
        return hostKey;
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}

package io.espalier.orchestrator.source.git;

import io.espalier.protocol.Reason;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import org.eclipse.jgit.internal.transport.sshd.OpenSshServerKeyDatabase;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.SshConfigStore;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.agent.ConnectorFactory;
import org.jspecify.annotations.Nullable;

/**
 * SSH for one exchange with one remote: the one key file and the one {@code known_hosts} file of its credential, and
 * nothing of the account that this process runs under. A server whose key is not in that file is refused.
 */
public final class SshRemotes extends SshdSessionFactory {

    /** Why the server was not spoken to; JGit itself only says that its key did not validate. */
    public static final class Refused extends IOException {

        private static final long serialVersionUID = 1L;

        private final Reason reason;

        Refused(Reason reason, String message) {
            super(message);
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }

    private final Path keyFile;
    private final Path knownHosts;
    private final AddressGuard guard;
    private volatile @Nullable Refused refused;

    public SshRemotes(Path keyFile, Path knownHosts, AddressGuard guard) {
        super(null, null);
        this.keyFile = keyFile;
        this.knownHosts = knownHosts;
        this.guard = guard;
    }

    /** Set once the server's key or address was refused. */
    public @Nullable Refused refused() {
        return refused;
    }

    @Override
    protected @Nullable File getSshConfig(File sshFolder) {
        return null;
    }

    @Override
    protected @Nullable SshConfigStore createSshConfigStore(File home, @Nullable File config, String user) {
        return null;
    }

    @Override
    protected List<Path> getDefaultIdentities(File sshFolder) {
        return List.of(keyFile);
    }

    @Override
    protected @Nullable ConnectorFactory getConnectorFactory() {
        return null;
    }

    @Override
    protected String getDefaultPreferredAuthentications() {
        return "publickey";
    }

    @Override
    protected ServerKeyDatabase getServerKeyDatabase(File home, File sshFolder) {
        return new Strict(new OpenSshServerKeyDatabase(false, List.of(knownHosts)));
    }

    private final class Strict implements ServerKeyDatabase {

        private final ServerKeyDatabase file;

        Strict(ServerKeyDatabase file) {
            this.file = file;
        }

        @Override
        public List<PublicKey> lookup(String connect, InetSocketAddress remote, Configuration given) {
            return file.lookup(connect, remote, new OnlyOurFile(given));
        }

        @Override
        public boolean accept(
                String connect,
                InetSocketAddress remote,
                PublicKey key,
                Configuration given,
                @Nullable CredentialsProvider asker) {
            try {
                guard.check(remote.getHostString(), remote.getAddress());
            } catch (IOException e) {
                refused = new Refused(Reason.MALFORMED, String.valueOf(e.getMessage()));
                return false;
            }
            if (file.accept(connect, remote, key, new OnlyOurFile(given), null)) {
                return true;
            }
            refused = lookup(connect, remote, given).isEmpty()
                    ? new Refused(Reason.HOST_KEY_UNKNOWN, "the host key is not in " + knownHosts)
                    : new Refused(Reason.HOST_KEY_CHANGED, "the host key is not the one in " + knownHosts);
            return false;
        }
    }

    /** No question to anybody, no file but the one that is named. */
    private final class OnlyOurFile implements ServerKeyDatabase.Configuration {

        private final ServerKeyDatabase.Configuration given;

        OnlyOurFile(ServerKeyDatabase.Configuration given) {
            this.given = given;
        }

        @Override
        public List<String> getUserKnownHostsFiles() {
            return List.of(knownHosts.toString());
        }

        @Override
        public List<String> getGlobalKnownHostsFiles() {
            return List.of();
        }

        @Override
        public StrictHostKeyChecking getStrictHostKeyChecking() {
            return StrictHostKeyChecking.REQUIRE_MATCH;
        }

        @Override
        public boolean getHashKnownHosts() {
            return false;
        }

        @Override
        public String getUsername() {
            return given.getUsername();
        }
    }
}

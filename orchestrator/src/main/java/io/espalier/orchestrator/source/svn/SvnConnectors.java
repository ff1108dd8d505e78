package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.git.Credential;
import io.espalier.orchestrator.source.git.SshRemotes;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jgit.transport.RemoteSession;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;
import org.tmatesoft.svn.core.SVNErrorCode;
import org.tmatesoft.svn.core.SVNErrorMessage;
import org.tmatesoft.svn.core.SVNException;
import org.tmatesoft.svn.core.internal.io.svn.ISVNConnector;
import org.tmatesoft.svn.core.internal.io.svn.ISVNConnectorFactory;
import org.tmatesoft.svn.core.internal.io.svn.SVNRepositoryImpl;
import org.tmatesoft.svn.core.io.SVNRepository;

/**
 * The ways to a {@code svnserve} in place of the library's own: a socket that leads to an address that the guard allows,
 * or the ssh that git sources use.
 */
final class SvnConnectors implements ISVNConnectorFactory {

    private static final int SVN_PORT = 3690;

    @Override
    public ISVNConnector createConnector(SVNRepository repository) throws SVNException {
        if (!(repository.getAuthenticationManager() instanceof SvnSession session)) {
            throw new SVNException(
                    SVNErrorMessage.create(SVNErrorCode.RA_NOT_IMPLEMENTED, "no session of this product"));
        }
        return new Connector(session);
    }

    private record Way(InputStream in, OutputStream out, Closeable closing) {

        /** The watch and the library may both end it, and at the same time. */
        Way {
            Closeable given = closing;
            var closed = new AtomicBoolean();
            closing = () -> {
                if (closed.compareAndSet(false, true)) {
                    given.close();
                }
            };
        }
    }

    private static final class Connector implements ISVNConnector {

        private final SvnSession session;
        private @Nullable Way way;

        Connector(SvnSession session) {
            this.session = session;
        }

        @Override
        public void open(SVNRepositoryImpl repository) throws SVNException {
            try {
                Way opened =
                        repository.getLocation().getProtocol().equals("svn") ? overSocket(session) : overSsh(session);
                session.connected(opened.closing());
                way = opened;
            } catch (IOException e) {
                session.refuse(e);
                throw new SVNException(SVNErrorMessage.create(SVNErrorCode.RA_SVN_IO_ERROR, e), e);
            }
        }

        @Override
        public void handleExceptionOnOpen(SVNRepositoryImpl repository, SVNException e) throws SVNException {
            close(repository);
            throw e;
        }

        @Override
        public boolean isConnected(SVNRepositoryImpl repository) {
            return way != null;
        }

        @Override
        public void close(SVNRepositoryImpl repository) {
            Way open = way;
            way = null;
            if (open != null) {
                try {
                    open.closing().close();
                } catch (IOException _) {
                    // it is gone either way
                }
            }
        }

        /** What went stale while it lay idle shows at its next use, which is tried once more. */
        @Override
        public boolean isStale() {
            return false;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return used().out();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return used().in();
        }

        private Way used() throws IOException {
            Way open = way;
            if (open == null) {
                throw new IOException("not connected");
            }
            return open;
        }
    }

    private static Way overSocket(SvnSession session) throws IOException {
        String host = session.uri().getHost();
        int port = session.uri().getPort() > 0 ? session.uri().getPort() : SVN_PORT;
        session.guard().check(host);
        int timeout = session.getConnectTimeout(null);
        IOException last = new ConnectException(host + " has no address");
        for (InetAddress address : InetAddress.getAllByName(host)) {
            session.guard().check(host, address);
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, port), timeout);
                socket.setSoTimeout(timeout);
                socket.setTcpNoDelay(true);
                return new Way(socket.getInputStream(), new BufferedOutputStream(socket.getOutputStream()), socket);
            } catch (IOException e) {
                socket.close();
                last = e;
            }
        }
        throw last;
    }

    private static Way overSsh(SvnSession session) throws IOException {
        Credential credential = session.credential()
                .filter(one -> one.keyFile().isPresent() && one.knownHosts().isPresent())
                .orElseThrow(() -> new NoKey("no credential with a key file and a known_hosts file covers this URL"));
        session.guard().check(session.uri().getHost());
        var remotes = new SshRemotes(
                credential.keyFile().orElseThrow(), credential.knownHosts().orElseThrow(), session.guard());
        URIish target = new URIish()
                .setScheme("ssh")
                .setHost(session.uri().getHost())
                .setPort(session.uri().getPort())
                .setUser(Optional.ofNullable(session.uri().getUser())
                        .or(credential::user)
                        .orElse("svn"));
        int seconds = (int) Math.max(1, session.timeout().toSeconds());
        try {
            RemoteSession secure = remotes.getSession(target, null, FS.DETECTED, seconds * 1_000);
            Process served = secure.exec("svnserve -t", seconds);
            return new Way(
                    session.impatient(served.getInputStream()),
                    new BufferedOutputStream(served.getOutputStream()),
                    () -> {
                        served.destroy();
                        secure.disconnect();
                        remotes.close();
                    });
        } catch (IOException e) {
            SshRemotes.Refused refused = remotes.refused();
            remotes.close();
            throw refused == null ? e : refused;
        }
    }

    /** Nothing to sign in with. */
    static final class NoKey extends IOException {

        private static final long serialVersionUID = 1L;

        NoKey(String message) {
            super(message);
        }
    }
}

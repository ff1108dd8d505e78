package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.Credential;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.orchestrator.source.git.TrustedCertificates;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;
import org.tmatesoft.svn.core.ISVNCanceller;
import org.tmatesoft.svn.core.SVNAuthenticationException;
import org.tmatesoft.svn.core.SVNCancelException;
import org.tmatesoft.svn.core.SVNErrorCode;
import org.tmatesoft.svn.core.SVNErrorMessage;
import org.tmatesoft.svn.core.SVNException;
import org.tmatesoft.svn.core.SVNURL;
import org.tmatesoft.svn.core.auth.ISVNAuthenticationManager;
import org.tmatesoft.svn.core.auth.ISVNAuthenticationProvider;
import org.tmatesoft.svn.core.auth.ISVNProxyManager;
import org.tmatesoft.svn.core.auth.SVNAuthentication;
import org.tmatesoft.svn.core.auth.SVNPasswordAuthentication;
import org.tmatesoft.svn.core.auth.SVNUserNameAuthentication;
import org.tmatesoft.svn.core.io.SVNRepository;

/**
 * What one conversation with a server may do and know: the credential of its URL and nothing of the account that this
 * process runs under, the certificates that are believed, time-outs, and an end that it does not outlive.
 */
final class SvnSession implements ISVNAuthenticationManager, ISVNCanceller {

    private static final Duration WATCHED = Duration.ofMillis(100);

    private final URIish uri;
    private final RemoteAccess access;
    private final Optional<Credential> credential;
    private final AtomicReference<@Nullable Closeable> connection = new AtomicReference<>();
    private volatile long end = Long.MAX_VALUE;
    private volatile long waitingSince;
    private volatile @Nullable Exception refused;

    SvnSession(URIish uri, RemoteAccess access) {
        this.uri = uri;
        this.access = access;
        this.credential = access.credentialFor(uri);
    }

    URIish uri() {
        return uri;
    }

    /** Whether {@code other} is on the very server that this session was opened for. */
    boolean isFor(SVNURL other) {
        int port = uri.getPort() > 0 ? uri.getPort() : SVNURL.getDefaultPortNumber(RemoteAccess.schemeOf(uri));
        return other.getProtocol().equals(RemoteAccess.schemeOf(uri))
                && other.getHost().equalsIgnoreCase(uri.getHost())
                && other.getPort() == port;
    }

    AddressGuard guard() {
        return access.guard();
    }

    Duration timeout() {
        return access.timeout();
    }

    Optional<Credential> credential() {
        return credential;
    }

    /** From now on this long. The watch that it starts closes the connection at the end; close it when done. */
    AutoCloseable limit(Duration time) {
        refused = null;
        waitingSince = 0;
        long until = System.nanoTime() + time.toNanos();
        end = until;
        Thread watch = Thread.ofVirtual().name("svn-limit").start(this::watch);
        return watch::interrupt;
    }

    private void watch() {
        try {
            while (!isOver()) {
                Thread.sleep(WATCHED);
                long since = waitingSince;
                if (since != 0 && System.nanoTime() - since > access.timeout().toNanos()) {
                    refuse(new SocketTimeoutException("it says nothing for " + access.timeout()));
                    break;
                }
            }
            cut();
        } catch (InterruptedException _) {
            // done in time
        }
    }

    /** For a stream that has no time-out of its own: each read of the result ends in time, or the connection does. */
    InputStream impatient(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                waitingSince = System.nanoTime() | 1;
                try {
                    return super.read();
                } finally {
                    waitingSince = 0;
                }
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                waitingSince = System.nanoTime() | 1;
                try {
                    return super.read(bytes, from, length);
                } finally {
                    waitingSince = 0;
                }
            }
        };
    }

    boolean isOver() {
        return System.nanoTime() - end > 0;
    }

    /** What was refused on this side, since the library may report it as something else. */
    @Nullable
    Exception refused() {
        return refused;
    }

    void refuse(Exception why) {
        refused = why;
    }

    void connected(Closeable connected) {
        connection.set(connected);
    }

    private void cut() {
        Closeable open = connection.getAndSet(null);
        if (open != null) {
            try {
                open.close();
            } catch (IOException _) {
                // it is gone either way
            }
        }
    }

    @Override
    public void checkCancelled() throws SVNCancelException {
        if (isOver()) {
            throw new SVNCancelException(
                    SVNErrorMessage.create(SVNErrorCode.CANCELLED, "it took longer than a fetch may"));
        }
    }

    @Override
    public void setAuthenticationProvider(@Nullable ISVNAuthenticationProvider provider) {}

    @Override
    public @Nullable ISVNProxyManager getProxyManager(SVNURL url) {
        return null;
    }

    @Override
    public TrustManager getTrustManager(SVNURL url) {
        return new Watched(TrustedCertificates.of(
                credential.flatMap(Credential::certificates), String.valueOf(uri.getHost()), access.guard()));
    }

    /** Keeps what was wrong with a certificate, and the socket, so that it can be closed. */
    private final class Watched extends javax.net.ssl.X509ExtendedTrustManager {

        private final TrustedCertificates trusted;

        Watched(TrustedCertificates trusted) {
            this.trusted = trusted;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, @Nullable Socket socket)
                throws CertificateException {
            try {
                trusted.checkServerTrusted(chain, kind, socket);
            } catch (CertificateException e) {
                refused = e.getCause() instanceof AddressGuard.Refused address ? address : e;
                throw e;
            }
            if (socket != null) {
                connected(socket);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
            trusted.checkServerTrusted(chain, kind);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, javax.net.ssl.@Nullable SSLEngine engine)
                throws CertificateException {
            trusted.checkServerTrusted(chain, kind, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
            trusted.checkClientTrusted(chain, kind);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, @Nullable Socket socket)
                throws CertificateException {
            trusted.checkClientTrusted(chain, kind);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, javax.net.ssl.@Nullable SSLEngine engine)
                throws CertificateException {
            trusted.checkClientTrusted(chain, kind);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return trusted.getAcceptedIssuers();
        }
    }

    @Override
    public SVNAuthentication getFirstAuthentication(String kind, @Nullable String realm, @Nullable SVNURL url)
            throws SVNException {
        String user = credential.flatMap(Credential::user).orElse("");
        if (kind.equals(USERNAME)) {
            return SVNUserNameAuthentication.newInstance(user, false, url, false);
        }
        Optional<String> secret = credential.flatMap(Credential::secret);
        if (kind.equals(PASSWORD) && secret.isPresent()) {
            return SVNPasswordAuthentication.newInstance(user, secret.get().toCharArray(), false, url, false);
        }
        throw unauthorised("it asks for a sign-in, and no credential with a secret covers this URL");
    }

    @Override
    public SVNAuthentication getNextAuthentication(String kind, @Nullable String realm, @Nullable SVNURL url)
            throws SVNException {
        throw unauthorised("it does not take the sign-in");
    }

    private static SVNException unauthorised(String message) {
        return new SVNAuthenticationException(SVNErrorMessage.create(SVNErrorCode.RA_NOT_AUTHORIZED, message));
    }

    @Override
    public void acknowledgeAuthentication(
            boolean accepted,
            String kind,
            @Nullable String realm,
            @Nullable SVNErrorMessage message,
            @Nullable SVNAuthentication authentication) {}

    @Override
    public void acknowledgeTrustManager(@Nullable TrustManager manager) {}

    @Override
    public boolean isAuthenticationForced() {
        return false;
    }

    @Override
    public int getReadTimeout(@Nullable SVNRepository repository) {
        return (int) Math.min(Integer.MAX_VALUE, access.timeout().toMillis());
    }

    @Override
    public int getConnectTimeout(@Nullable SVNRepository repository) {
        return getReadTimeout(repository);
    }
}

package io.espalier.orchestrator.source.git;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URL;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * HTTP for JGit that follows no redirect and connects to no address that the guard refuses. For https the very address
 * of the socket is checked as it connects, so that a name that answers differently the second time gains nothing. Plain
 * http gives no hold on its socket: there the name is looked up just before, from the same cache that the JDK uses.
 */
record GuardedHttp(AddressGuard guard, Optional<Path> certificates) implements HttpConnectionFactory {

    @Override
    public HttpConnection create(URL url) throws IOException {
        return create(url, Proxy.NO_PROXY);
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
        var connection = (HttpURLConnection) url.openConnection(proxy);
        // Whoever set a proxy for this process decides there what may be reached
        if (proxy.type() == Proxy.Type.DIRECT) {
            guard.check(url.getHost());
            if (connection instanceof HttpsURLConnection secure) {
                SSLSocketFactory tls =
                        certificates.map(TrustedCertificates::sockets).orElseGet(secure::getSSLSocketFactory);
                secure.setSSLSocketFactory(new Sockets(tls, url.getHost(), guard));
            }
        }
        connection.setInstanceFollowRedirects(false);
        return new PlainConnection(connection);
    }

    /** Makes plain sockets that check whom they connect to; TLS is then laid over them as ever. */
    static final class Sockets extends SSLSocketFactory {

        private final SSLSocketFactory tls;
        private final String host;
        private final AddressGuard guard;

        Sockets(SSLSocketFactory tls, String host, AddressGuard guard) {
            this.tls = tls;
            this.host = host;
            this.guard = guard;
        }

        @Override
        public Socket createSocket() {
            return new Socket() {
                @Override
                public void connect(SocketAddress endpoint, int timeout) throws IOException {
                    if (endpoint instanceof InetSocketAddress known && known.getAddress() != null) {
                        guard.check(host, known.getAddress());
                    }
                    super.connect(endpoint, timeout);
                }
            };
        }

        @Override
        public Socket createSocket(@Nullable Socket socket, @Nullable String name, int port, boolean autoClose)
                throws IOException {
            return tls.createSocket(socket, name, port, autoClose);
        }

        @Override
        public Socket createSocket(String name, int port) throws IOException {
            throw new IOException("only unconnected sockets are made here");
        }

        @Override
        public Socket createSocket(String name, int port, InetAddress from, int fromPort) throws IOException {
            return createSocket(name, port);
        }

        @Override
        public Socket createSocket(InetAddress address, int port) throws IOException {
            return createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress from, int fromPort) throws IOException {
            return createSocket(host, port);
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return tls.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return tls.getSupportedCipherSuites();
        }
    }
}

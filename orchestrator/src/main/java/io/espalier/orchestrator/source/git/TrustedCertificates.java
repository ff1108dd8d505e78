package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates of servers are believed: those of the JDK's authorities or, where a file is given, nothing but what
 * is in it. Whoever makes the connection, the name in the certificate must be that of the URL, and the socket must lead
 * to an address that the guard allows.
 */
public final class TrustedCertificates extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager authorities;
    private final String host;
    private final AddressGuard guard;

    private TrustedCertificates(X509ExtendedTrustManager authorities, String host, AddressGuard guard) {
        this.authorities = authorities;
        this.host = host;
        this.guard = guard;
    }

    /**
     * @param file PEM; empty for the JDK's authorities
     * @throws SourceException with {@code certificate-refused} if the file cannot be read
     */
    public static TrustedCertificates of(Optional<Path> file, String host, AddressGuard guard) {
        return new TrustedCertificates(authorities(file), host, guard);
    }

    /** Sockets that believe nothing but what is in {@code file}; who uses them checks names and addresses. */
    static SSLSocketFactory sockets(Path file) {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {authorities(Optional.of(file))}, null);
            return tls.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has TLS", e);
        }
    }

    private static X509ExtendedTrustManager authorities(Optional<Path> file) {
        try {
            KeyStore store = null;
            if (file.isPresent()) {
                store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                int number = 0;
                for (Certificate certificate : read(file.get())) {
                    store.setCertificateEntry("given-" + number++, certificate);
                }
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager usable) {
                    return usable;
                }
            }
            throw new IllegalStateException("the JDK has a PKIX trust manager");
        } catch (GeneralSecurityException | IOException e) {
            throw new SourceException(
                    Reason.CERTIFICATE_REFUSED,
                    file.map(Path::toString).orElse("the JDK's authorities") + ": cannot read the certificates: "
                            + e.getMessage(),
                    e);
        }
    }

    private static Iterable<? extends Certificate> read(Path file) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, @Nullable Socket socket)
            throws CertificateException {
        if (!(socket instanceof SSLSocket secure) || socket.getInetAddress() == null) {
            throw new CertificateException("not a connected TLS socket");
        }
        try {
            guard.check(host, socket.getInetAddress());
        } catch (IOException e) {
            throw new CertificateException(e.getMessage(), e);
        }
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        authorities.checkServerTrusted(chain, kind, secure);
    }

    /** Without the socket neither the name nor the address can be checked. */
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        throw new CertificateException("a certificate is checked with its connection only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, @Nullable SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("a certificate is checked with its connection only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        throw new CertificateException("no server is run with this");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, @Nullable Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, kind);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, @Nullable SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, kind);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }
}

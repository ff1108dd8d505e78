package io.espalier.backup.transport;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS with one server, known by the SHA-256 of its certificate: whatever its name, and however it was signed. */
final class Pinned extends X509ExtendedTrustManager {
    private final byte[] fingerprint;

    private Pinned(byte[] fingerprint) {
        this.fingerprint = fingerprint;
    }

    /** @param hex the fingerprint, with or without colons */
    static SSLContext context(String hex) {
        try {
            byte[] bytes = HexFormat.of().parseHex(hex.replace(":", "").strip());
            if (bytes.length != 32) {
                throw new IllegalArgumentException("fingerprint: " + bytes.length + " bytes (expected: 32, SHA-256)");
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Pinned(bytes)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void require(X509Certificate[] chain) throws CertificateException {
        try {
            byte[] seen = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
            if (!MessageDigest.isEqual(seen, fingerprint)) {
                throw new CertificateException("not the pinned certificate: "
                        + HexFormat.ofDelimiter(":").formatHex(seen));
            }
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new CertificateException(e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        require(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        require(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        require(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("there are no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("there are no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("there are no clients here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}

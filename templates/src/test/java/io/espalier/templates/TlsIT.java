package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What L1 is to the outside: TLS, HTTP/2. */
class TlsIT {

    @TempDir
    Path root;

    private final Origin origin = Origin.start("weba");
    private Stack stack;
    private X509Certificate certificate;
    private int port;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException, OperatorCreationException {
        Nginx.assumeInstalled();
        KeyPair keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
        certificate = certificate(keys);
        write("tls.crt", "CERTIFICATE", certificate.getEncoded());
        write("tls.key", "PRIVATE KEY", keys.getPrivate().getEncoded());
        port = Nginx.freePorts(1).getFirst();
        stack = new Stack(root)
                .layer("l1", 1, Map.of("tier", "web"))
                .hostVar("l1a", "tls", Map.of("certificate", root + "/tls.crt", "key", root + "/tls.key"))
                .alsoListening("l1a", "127.0.0.1:" + port + " tls")
                .origins("web", i -> origin.port(), 1)
                .start();
    }

    @AfterEach
    void stop() {
        if (stack != null) {
            stack.close();
        }
        origin.close();
    }

    private void write(String name, String kind, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        Files.writeString(
                root.resolve(name), "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    private static X509Certificate certificate(KeyPair keys)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        var name = new X500Name("CN=localhost");
        var builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(Instant.now().minus(1, ChronoUnit.HOURS)),
                Date.from(Instant.now().plus(1, ChronoUnit.HOURS)),
                name,
                keys.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    private SSLContext trusting() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("l1", certificate);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void clientsSpeakHttp2OverTlsAndOldVersionsAreRefused() throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/secret"))
                .build();
        try (var http = HttpClient.newBuilder().sslContext(trusting()).build()) {
            var answer = http.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo("weba /secret\n");
        }
        var old = new SSLParameters();
        old.setProtocols(new String[] {"TLSv1.1"});
        try (var http = HttpClient.newBuilder()
                .sslContext(trusting())
                .sslParameters(old)
                .build()) {
            assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);
        }
        assertThat(List.of(stack.get(stack.server("l1a").uri("/plain")).statusCode()))
                .containsExactly(200);
        assertThat(stack.defects()).isEmpty();
    }
}

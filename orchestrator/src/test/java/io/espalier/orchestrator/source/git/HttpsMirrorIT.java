package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.espalier.orchestrator.source.GitCli;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.Reason;
import java.math.BigInteger;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mirror over https, whose sockets check whom they connect to. */
class HttpsMirrorIT extends MirrorContract {

    private final SSLSocketFactory usual = HttpsURLConnection.getDefaultSSLSocketFactory();
    private GitHttpBackend server;
    private SSLSocketFactory trusting;

    @BeforeEach
    void start() throws Exception {
        KeyPair key = KeyPairGenerator.getInstance("EC").generateKeyPair();
        X509Certificate certificate = certificate(key);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", key.getPrivate(), new char[0], new X509Certificate[] {certificate});
        store.setCertificateEntry("ca", certificate);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        HttpsServer https = HttpsServer.create();
        https.setHttpsConfigurator(new HttpsConfigurator(tls));
        server = new GitHttpBackend(folder, https);
        trusting = tls.getSocketFactory();
        HttpsURLConnection.setDefaultSSLSocketFactory(trusting);
    }

    @AfterEach
    void stop() {
        HttpsURLConnection.setDefaultSSLSocketFactory(usual);
        server.close();
    }

    private static X509Certificate certificate(KeyPair key) throws Exception {
        var name = new X500Name("CN=test");
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(now.minus(Duration.ofDays(1))),
                Date.from(now.plus(Duration.ofDays(1))),
                name,
                key.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
    }

    @Override
    GitCli remote() throws Exception {
        return GitCli.init(folder.resolve("remote"));
    }

    @Override
    String url() {
        return "https://127.0.0.1:" + server.port() + "/remote";
    }

    @Override
    RemoteAccess access() {
        return new RemoteAccess(Set.of("https"), new AddressGuard(true, true), List.of(), Duration.ofSeconds(20));
    }

    @Test
    void certificateThatIsNotTrustedIsRefused() throws Exception {
        HttpsURLConnection.setDefaultSSLSocketFactory(usual);
        remote().write("a", "1").commit("One");
        try (GitMirror mirror = mirror("main")) {
            assertThatThrownBy(mirror::look)
                    .isInstanceOfSatisfying(
                            SourceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CERTIFICATE_REFUSED));
        }
    }

    /** As if the name had answered with another address between the check and the connection. */
    @Test
    void addressIsCheckedAgainAsTheSocketConnects() throws Exception {
        var strict = new AddressGuard(true, false);
        var connection = (HttpsURLConnection) URI.create(url()).toURL().openConnection();
        connection.setSSLSocketFactory(new GuardedHttp.Sockets(trusting, "forge.example", strict));
        assertThatThrownBy(connection::connect)
                .isInstanceOf(AddressGuard.Refused.class)
                .hasMessageContaining("forge.example is the loopback address 127.0.0.1");
    }
}

package io.espalier.httpdns.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.httpdns.FixedNames;
import io.espalier.httpdns.dialect.Terms;
import io.espalier.httpdns.front.FrontSettings.Limits;
import io.espalier.httpdns.front.FrontSettings.Tls;
import io.espalier.testkit.Await;
import io.espalier.testkit.Ran;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 with curl (without TLS) and the JDK's client (with it). Needs curl and openssl. */
class Http2IT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private Doors doors;

    @AfterEach
    void close() {
        if (doors != null) {
            doors.close();
        }
    }

    private Doors open(Limits limits, Optional<Tls> tls) throws IOException {
        return new Doors(FixedNames.usual(), limits, Terms.USUAL, Doors.NO_LIMIT, Doors.loopbackOperates(), tls);
    }

    private Tls certificate(String name) {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        var certificate = folder.resolve(name + ".crt");
        var key = folder.resolve(name + ".key");
        var ran = Ran.of(
                LIMIT,
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        assertThat(ran.status()).as(ran.output()).isZero();
        return new Tls(certificate, key);
    }

    private static HttpClient trusting(Path certificate) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        try (var in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "it", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .sslContext(context)
                .connectTimeout(LIMIT)
                .version(HttpClient.Version.HTTP_2)
                .build();
    }

    private HttpRequest.Builder tls(String target) {
        return HttpRequest.newBuilder(
                        URI.create("https://127.0.0.1:" + doors.front.ports().getLast() + target))
                .timeout(LIMIT);
    }

    private String curl(String... more) {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
        var command = new ArrayList<>(
                java.util.List.of("curl", "-s", "--max-time", "10", "--noproxy", "*", "--http2-prior-knowledge"));
        command.addAll(java.util.List.of(more));
        return Ran.of(LIMIT, command.toArray(String[]::new)).output();
    }

    @Test
    void http2WithoutTlsIsKnownByItsFirstBytes() throws Exception {
        doors = open(Limits.USUAL, Optional.empty());
        var base = "http://127.0.0.1:" + doors.port();
        assertThat(curl("-w", "%{http_version} %{http_code}", base + "/dn?a.example.com"))
                .isEqualTo("192.0.2.10 30\n2 200");
        assertThat(curl("-w", " %{http_version} %{http_code}", base + "/dn?slow.example.com"))
                .isEqualTo("192.0.2.30 70\n 2 200");
        assertThat(curl("-w", "%{http_code}", base + "/dn?a..b"))
                .contains("MALFORMED_NAME")
                .endsWith("400");
        assertThat(curl("-d", "dn=a.example.com&ttl=1", base + "/d")).isEqualTo("192.0.2.10,30");
        assertThat(curl("-I", base + "/dn?a.example.com")).contains("content-length: 14");
        var large = Files.write(folder.resolve("large"), new byte[70_000]);
        assertThat(curl(
                        "-w",
                        "%{http_code}",
                        "-H",
                        "Content-Type: application/dns-message",
                        "--data-binary",
                        "@" + large,
                        base + "/dns-query"))
                .endsWith("413");
    }

    @Test
    void http2OverTlsServesManyStreamsAtOnce() throws Exception {
        var certificate = certificate("one");
        doors = open(Limits.USUAL, Optional.of(certificate));
        try (var client = trusting(certificate.certificates())) {
            var first = client.send(tls("/dn?a.example.com").build(), HttpResponse.BodyHandlers.ofString());
            assertThat(first.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(first.body()).isEqualTo("192.0.2.10 30\n");
            var all = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            for (var i = 0; i < 60; i++) {
                var target = i % 2 == 0 ? "/dn?slow.example.com" : "/resolve?name=b.example.com";
                all.add(client.sendAsync(tls(target).build(), HttpResponse.BodyHandlers.ofString()));
            }
            for (var one : all) {
                assertThat(one.get().statusCode()).isEqualTo(200);
            }
            assertThat(doors.front.connections()).isEqualTo(1);
        }
    }

    @Test
    void http1OverTlsWorksToo() throws Exception {
        var certificate = certificate("one");
        doors = open(Limits.USUAL, Optional.of(certificate));
        try (var client = trusting(certificate.certificates())) {
            for (var i = 0; i < 3; i++) {
                var response = client.send(
                        tls("/dn?a.example.com")
                                .version(HttpClient.Version.HTTP_1_1)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
                assertThat(response.body()).isEqualTo("192.0.2.10 30\n");
            }
        }
    }

    @Test
    void idleHttp2ConnectionsAreClosed() throws Exception {
        doors = open(
                Limits.USUAL.with(Duration.ofMillis(300), Duration.ofSeconds(10), Duration.ofSeconds(1)),
                Optional.empty());
        try (var socket = doors.connect()) {
            Doors.send(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            socket.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
            Doors.readToEnd(socket);
        }
        Await.until("it has left", () -> doors.front.connections() == 0);
    }

    @Test
    void aCertificateThatIsNoneIsToldByItsFile() throws Exception {
        var broken = Files.writeString(folder.resolve("broken.pem"), "no certificate");
        assertThatThrownBy(() -> open(Limits.USUAL, Optional.of(new Tls(broken, broken))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("broken.pem");
        assertThatThrownBy(() -> open(Limits.USUAL, Optional.of(new Tls(folder.resolve("missing"), broken))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void aRenewedCertificateIsPickedUp() throws Exception {
        var first = certificate("first");
        var certificates = new Certificates(first);
        var before = certificates.context();
        certificates.refresh();
        assertThat(certificates.context()).isSameAs(before);
        Files.writeString(first.certificates(), "broken in the middle of a copy");
        Files.setLastModifiedTime(first.certificates(), java.nio.file.attribute.FileTime.fromMillis(1));
        certificates.refresh();
        assertThat(certificates.context()).isSameAs(before);
        var second = certificate("second");
        Files.copy(second.certificates(), first.certificates(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.copy(second.key(), first.key(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        certificates.refresh();
        assertThat(certificates.context()).isNotSameAs(before);
    }
}

package io.espalier.backup.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.server.DirectServer;
import io.espalier.backup.server.Intake;
import io.espalier.testkit.DelayProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirectTransportTest extends TransportContract {
    private DirectServer server;
    private int port;

    @Override
    void serve(Intake intake) throws Exception {
        stop();
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        server = new DirectServer(address, identity.tls(), intake, auid -> hosts.of(auid));
        port = server.port();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    ObjectSink sink(Auid auid, String token, Receipts.Verifier verifier, Duration patience) {
        return sink(port, identity.fingerprint(), auid, token, verifier, patience);
    }

    private static DirectSink sink(
            int port, String fingerprint, Auid auid, String token, Receipts.Verifier verifier, Duration patience) {
        return new DirectSink(
                new DirectSink.Settings(
                        URI.create("https://127.0.0.1:" + port),
                        Optional.of(fingerprint),
                        auid,
                        token,
                        Duration.ofSeconds(5),
                        patience),
                verifier);
    }

    @Test
    void serverWithAnotherCertificateIsNotSpokenTo() {
        byte[] bytes = Store.bytes(1, 10);
        DirectSink sink = sink(
                port,
                "00".repeat(32),
                HOST,
                TOKEN,
                Receipts.Verifier.parse(identity.receiptKey()),
                Duration.ofMillis(300));
        assertThatThrownBy(() -> sink.put(Store.name(bytes), ByteBuffer.wrap(bytes)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("pinned");
    }

    @Test
    void connectionThatIsCutCostsOnlyTheRest() throws Exception {
        byte[] bytes = Store.bytes(2, 40_000_000);
        try (var proxy = DelayProxy.to("127.0.0.1", port, Duration.ZERO)) {
            DirectSink sink = sink(
                    proxy.port(),
                    identity.fingerprint(),
                    HOST,
                    TOKEN,
                    Receipts.Verifier.parse(identity.receiptKey()),
                    PATIENCE);
            Thread cutter = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 5; i++) {
                    java.util.concurrent.locks.LockSupport.parkNanos(60_000_000);
                    proxy.reset();
                }
            });
            sink.put(Store.name(bytes), ByteBuffer.wrap(bytes));
            cutter.join();
        }
        Store.assertHolds(repository, Store.name(bytes));
    }

    @Test
    void requestsBeyondTheBoundsAreRefused() throws Exception {
        String object = "/v1/worker/web-1/backup/objects/PACK/" + "a".repeat(64);
        assertThat(status("PUT", object + "?size=10&offset=0", "x".repeat(5 << 20)))
                .isEqualTo(413);
        assertThat(status("PUT", object + "?size=99999999999&offset=0", "x")).isEqualTo(403);
        assertThat(status("PUT", object + "?size=10", "x")).isEqualTo(400);
        assertThat(status("POST", object + "?size=-1", "")).isEqualTo(400);
        assertThat(status("POST", object.replace("PACK", "ROOT") + "?size=1", ""))
                .isEqualTo(400);
        assertThat(status("POST", object.replace("web-1", "web-2") + "?size=1", ""))
                .isEqualTo(401);
        assertThat(status("POST", object.replace("web-1", "..") + "?size=1", ""))
                .isEqualTo(404);
        assertThat(status("GET", object + "?size=1", "")).isEqualTo(405);
        assertThat(status("DELETE", object + "?size=1", "")).isEqualTo(405);
    }

    private int status(String method, String path, String body) throws Exception {
        try (HttpClient http = HttpClient.newBuilder()
                .sslContext(Pinned.context(identity.fingerprint()))
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
                    .header("Authorization", "Bearer " + TOKEN)
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .timeout(Duration.ofSeconds(60))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }
}

package io.espalier.httpdns.front;

import io.espalier.httpdns.FixedNames;
import io.espalier.httpdns.access.Callers;
import io.espalier.httpdns.access.MissLimit;
import io.espalier.httpdns.access.Networks;
import io.espalier.httpdns.access.Secret;
import io.espalier.httpdns.dialect.Terms;
import io.espalier.httpdns.front.FrontSettings.Limits;
import io.espalier.httpdns.front.FrontSettings.Tls;
import io.espalier.httpdns.operate.Tallies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A front over the small world, on a free port, and clients for it. */
final class Doors implements AutoCloseable {
    static final MissLimit NO_LIMIT = new MissLimit(1e6, 1_000_000, Networks.LOOPBACK, 64);

    final Front front;
    final FixedNames names;
    final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    Doors(FixedNames names, Limits limits, Terms terms, MissLimit misses, Callers callers, Optional<Tls> tls)
            throws IOException {
        this.names = names;
        var plain = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var settings = new FrontSettings(
                List.of(plain),
                tls.isPresent() ? List.of(plain) : List.of(),
                tls,
                2,
                limits,
                FrontSettings.Subnets.CLAIMED,
                false);
        front = new Front(
                settings, names, (name, below) -> 1, terms, callers, misses, new Tallies(), Clock.systemUTC());
    }

    static Callers loopbackOperates() {
        return new Callers(Networks.NONE, Networks.LOOPBACK, List.of(new Secret("token")));
    }

    static Callers loopbackProxies() {
        return new Callers(Networks.LOOPBACK, Networks.NONE, List.of());
    }

    static Doors open() throws IOException {
        return open(Limits.USUAL);
    }

    static Doors open(Limits limits) throws IOException {
        return new Doors(FixedNames.usual(), limits, Terms.USUAL, NO_LIMIT, loopbackOperates(), Optional.empty());
    }

    int port() {
        return front.ports().getFirst();
    }

    URI uri(String target) {
        return URI.create("http://127.0.0.1:" + port() + target);
    }

    HttpResponse<String> get(String target, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(target)).timeout(Duration.ofSeconds(10));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String target, String type, byte[] body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(target))
                        .timeout(Duration.ofSeconds(10))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** All that comes until the other end closes. */
    static String readToEnd(Socket socket) throws IOException {
        var all = new ByteArrayOutputStream();
        socket.getInputStream().transferTo(all);
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** What comes until {@code text} has come; null if that did not happen within the socket's time. */
    static @Nullable String readUntil(Socket socket, String text) throws IOException {
        var all = new StringBuilder();
        try {
            while (all.indexOf(text) < 0) {
                var c = socket.getInputStream().read();
                if (c < 0) {
                    return null;
                }
                all.append((char) c);
            }
            return all.toString();
        } catch (SocketTimeoutException e) {
            return null;
        }
    }

    @Override
    public void close() {
        front.close();
        client.close();
    }
}

package io.espalier.metrics.relay;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@code POST /relay}, one request after the other on a connection that is kept. */
final class HttpUpstream implements Upstream, AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int MAX_ANSWER = 16_384;
    private static final int SHOWN = 300;

    private static final int MAX_TOKEN = 4_096;

    private final URI url;
    private final Optional<Path> token;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    HttpUpstream(RelayConf.Target target) {
        url = URI.create(target.url().toString().replaceFirst("/+$", "") + "/relay");
        token = target.token();
    }

    @Override
    public Standing post(String sender, Shipment shipment) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(ANSWER)
                .header("Content-Type", "application/x-espalier-parcels")
                .header("Espalier-Sender", sender)
                .POST(HttpRequest.BodyPublishers.ofByteArray(shipment.write()));
        if (token.isPresent()) {
            request.header("Authorization", "Bearer " + read(token.get()));
        }
        HttpResponse<String> answer = http.send(
                request.build(), HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MAX_ANSWER));
        String body = answer.body().strip();
        String shown = body.length() > SHOWN ? body.substring(0, SHOWN) : body;
        return switch (answer.statusCode()) {
            case 200 -> Standing.parse(body);
            case 409 -> throw new HistoryException(shown);
            default -> throw new IOException("HTTP " + answer.statusCode() + ": " + shown);
        };
    }

    /** Read anew each time, so that a token can be replaced while the relay runs. */
    private static String read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_TOKEN + 1);
        }
        String text = new String(bytes, StandardCharsets.UTF_8).strip();
        if (bytes.length > MAX_TOKEN || !text.matches("[\\x21-\\x7e]+")) {
            throw new IOException(file + ": expected a token, one line of visible characters");
        }
        return text;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}

package io.espalier.metrics.relay;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** {@code POST /relay}, one request after the other on a connection that is kept. */
final class HttpUpstream implements Upstream, AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int MAX_ANSWER = 16_384;
    private static final int SHOWN = 300;

    private final URI url;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    HttpUpstream(URI base) {
        url = URI.create(base.toString().replaceFirst("/+$", "") + "/relay");
    }

    @Override
    public Standing post(String sender, Shipment shipment) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(ANSWER)
                .header("Content-Type", "application/x-espalier-parcels")
                .header("Espalier-Sender", sender)
                .POST(HttpRequest.BodyPublishers.ofByteArray(shipment.write()))
                .build();
        HttpResponse<String> answer = http.send(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MAX_ANSWER));
        String body = answer.body().strip();
        String shown = body.length() > SHOWN ? body.substring(0, SHOWN) : body;
        return switch (answer.statusCode()) {
            case 200 -> Standing.parse(body);
            case 409 -> throw new HistoryException(shown);
            default -> throw new IOException("HTTP " + answer.statusCode() + ": " + shown);
        };
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}

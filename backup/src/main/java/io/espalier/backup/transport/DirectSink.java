package io.espalier.backup.transport;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.Receipt;
import io.espalier.backup.repository.StoreException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Straight to a server over HTTPS, in pieces, going on where the server says that it stands. Asks it as well. */
public final class DirectSink implements ObjectSink, RemoteReader.Asker, AutoCloseable {
    /** Bytes of one request. */
    public static final int PIECE = 4 << 20;

    private static final int MOST_RESENDS = 3;

    private final HttpClient http;
    private final Settings settings;
    private final Receipts.Verifier verifier;

    /**
     * @param server such as {@code https://backup.example:8643}
     * @param fingerprint SHA-256 of its certificate in hexadecimal digits; empty: the JDK's own trust store decides
     * @param token the host's
     * @param timeout of one request
     * @param patience for one object, all tries together
     */
    public record Settings(
            URI server, Optional<String> fingerprint, Auid auid, String token, Duration timeout, Duration patience) {
        public Settings {
            if (!"https".equals(server.getScheme())) {
                throw new IllegalArgumentException("server: " + server + " (expected: https://...)");
            }
        }

        /** A minute for a request, 15 for an object. */
        public static Settings of(URI server, String fingerprint, Auid auid, String token) {
            return new Settings(
                    server, Optional.of(fingerprint), auid, token, Duration.ofMinutes(1), Duration.ofMinutes(15));
        }

        @Override
        public String toString() {
            return auid + " to " + server;
        }
    }

    public DirectSink(Settings settings, Receipts.Verifier verifier) {
        this.settings = settings;
        this.verifier = verifier;
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(10));
        settings.fingerprint().ifPresent(hex -> builder.sslContext(Pinned.context(hex)));
        this.http = builder.build();
    }

    @Override
    public Receipt put(ObjectName name, ByteBuffer content) throws StoreException, InterruptedException {
        var patience = new Patience("put " + name, settings.patience());
        int damaged = 0;
        while (true) {
            String cause;
            try {
                Optional<Receipt> receipt = attempt(name, content, patience);
                if (receipt.isPresent()) {
                    return receipt.get();
                }
                cause = "the server is busy";
            } catch (StoreException e) {
                if (e.reason() != StoreException.Reason.DAMAGED || ++damaged >= MOST_RESENDS) {
                    throw e;
                }
                cause = String.valueOf(e.getMessage());
            } catch (IOException e) {
                cause = settings + ": " + e;
            }
            patience.rest(cause);
        }
    }

    @Override
    public byte[] ask(byte[] question) throws StoreException, InterruptedException {
        var patience = new Patience("ask", settings.patience());
        while (true) {
            String cause;
            try {
                HttpRequest request = request("/v1/worker/" + settings.auid() + "/backup/ask")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(question))
                        .build();
                HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
                if (answer.statusCode() == 200) {
                    return answer.body();
                }
                cause = answer.statusCode() + " "
                        + new String(answer.body(), 0, Math.min(answer.body().length, 256), StandardCharsets.UTF_8)
                                .strip();
                if (answer.statusCode() == 401 || answer.statusCode() == 403) {
                    throw new StoreException(StoreException.Reason.DENIED, cause);
                }
            } catch (StoreException e) {
                throw e;
            } catch (IOException e) {
                cause = settings + ": " + e;
            }
            patience.rest(cause);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(settings.server().resolve(path))
                .timeout(settings.timeout())
                .header("Authorization", "Bearer " + settings.token());
    }

    /** Asks where the server stands, and sends from there. Empty if it is busy. */
    private Optional<Receipt> attempt(ObjectName name, ByteBuffer content, Patience patience)
            throws IOException, InterruptedException {
        int size = content.remaining();
        HttpResponse<byte[]> answer = send(name, size, -1, content);
        while (true) {
            String text = new String(answer.body(), 0, Math.min(answer.body().length, 1_024), StandardCharsets.UTF_8);
            switch (answer.statusCode()) {
                case 200 -> {
                    return Optional.of(verifier.verify(text, name, size)
                            .orElseThrow(() -> new IOException("a receipt that the pinned key did not sign")));
                }
                case 202 -> {
                    long offset = offset(text, size);
                    answer = send(name, size, offset, content);
                    patience.renew();
                }
                case 429 -> {
                    return Optional.empty();
                }
                case 400, 401, 403, 413 ->
                    throw Refusal.NOT_ALLOWED.exception(name, answer.statusCode() + " " + text.strip());
                case 422 -> throw Refusal.DAMAGED.exception(name, text.strip());
                case 507 -> throw Refusal.FULL.exception(name, text.strip());
                default -> throw new IOException(answer.statusCode() + " " + text.strip());
            }
        }
    }

    private static long offset(String text, int size) throws IOException {
        String digits = text.strip();
        if (!digits.matches("\\d{1,9}") || Long.parseLong(digits) > size) {
            throw new IOException("no offset");
        }
        return Long.parseLong(digits);
    }

    /** @param offset of the piece to send; -1: only ask */
    private HttpResponse<byte[]> send(ObjectName name, int size, long offset, ByteBuffer content)
            throws IOException, InterruptedException {
        String path = "/v1/worker/" + settings.auid() + "/backup/objects/" + name.kind() + "/" + name.sha256Hex()
                + "?size=" + size + (offset < 0 ? "" : "&offset=" + offset);
        HttpRequest.Builder request = request(path);
        if (offset < 0) {
            request.POST(HttpRequest.BodyPublishers.noBody());
        } else {
            byte[] piece = new byte[(int) Math.min(PIECE, size - offset)];
            content.duplicate().position(content.position() + (int) offset).get(piece);
            request.PUT(HttpRequest.BodyPublishers.ofByteArray(piece));
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}

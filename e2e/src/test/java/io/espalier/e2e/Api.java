package io.espalier.e2e;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An orchestrator's REST interface, as any HTTP client sees it. */
final class Api implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String url;
    private final String token;

    Api(String url, String token) {
        this.url = url;
        this.token = token;
    }

    static JsonNode parse(String text) {
        return JSON.readTree(text);
    }

    JsonNode get(String path) {
        return at("/api/v1" + path);
    }

    /** What is not below {@code /api/v1}. */
    private JsonNode at(String path) {
        return send(HttpRequest.newBuilder(URI.create(url + path)).GET());
    }

    JsonNode post(String path, Map<String, ?> body) {
        return send(HttpRequest.newBuilder(URI.create(url + "/api/v1" + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    private JsonNode send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = client.send(
                    request.header("Authorization", "Bearer " + token)
                            .timeout(LIMIT)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IllegalStateException(answer.uri() + ": " + answer.statusCode() + " " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    JsonNode status() {
        return get("/status");
    }

    JsonNode host(String name) {
        return get("/hosts/" + name).path("host");
    }

    /** The newest one; missing if there is none. */
    JsonNode newestRollout() {
        return get("/rollouts?limit=1").path(0);
    }

    /** Waits until {@code path} looks right, and gives it; an unreachable orchestrator does not. */
    JsonNode await(String path, Duration limit, Predicate<JsonNode> isRight) {
        return awaitAt("/api/v1" + path, limit, isRight);
    }

    /** The same with a path from the root. */
    JsonNode awaitAt(String path, Duration limit, Predicate<JsonNode> isRight) {
        var last = new String[] {"no answer"};
        try {
            return Await.value(path, limit, () -> {
                JsonNode answer = at(path);
                last[0] = answer.toString();
                if (!isRight.test(answer)) {
                    throw new IllegalStateException("not yet");
                }
                return answer;
            });
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + "; last: " + last[0], late);
        }
    }

    JsonNode awaitHost(String name, String state, Duration limit) {
        return await(
                        "/hosts/" + name,
                        limit,
                        host -> text(host.path("host"), "state").equals(state))
                .path("host");
    }

    void awaitInSync(int hosts, Duration limit) {
        await(
                "/status",
                limit,
                status -> text(status, "state").equals("in-sync")
                        && status.path("hosts").path("in-sync").asInt() == hosts);
    }

    static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }

    @Override
    public void close() {
        client.close();
    }
}

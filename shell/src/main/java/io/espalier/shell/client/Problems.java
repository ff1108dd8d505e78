package io.espalier.shell.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes a sentence of every answer that is not a success; the orchestrator's are RFC 9457 problem details. */
final class Problems {
    private static final int MOST_BYTES = 256 * 1024;

    private Problems() {}

    static ClientException of(Target target, HttpURLConnection connection, int status, JsonMapper json)
            throws IOException {
        if (status == 401) {
            return unauthorized(target);
        }
        if (status / 100 == 3) {
            String location = connection.getHeaderField("Location");
            return notAnOrchestrator(target, "it points to " + (location == null ? "somewhere else" : location));
        }
        JsonNode problem = problem(connection, json);
        if (problem == null) {
            return status >= 500
                    ? ClientException.passing(
                            "internal", target + " failed with HTTP status " + status, "Its log tells why.", null)
                    : notAnOrchestrator(target, "it answered with HTTP status " + status);
        }
        String detail = text(problem, "detail");
        String title = text(problem, "title");
        String reason = text(problem, "reason");
        String message = detail != null ? detail : title != null ? title : "HTTP status " + status;
        if (status == 403) {
            String word = reason == null ? "not-allowed" : reason;
            return ClientException.refused(
                    word, message, "An administrator can give you a token that may (Settings, Tokens).");
        }
        String word = reason == null ? "http-" + status : reason;
        String advice = text(problem, "advice") != null ? text(problem, "advice") : advice(word);
        boolean passing = status == 429 || status >= 500;
        return passing
                ? ClientException.passing(word, message, advice, null)
                : ClientException.refused(word, message, advice);
    }

    static ClientException unauthorized(Target target) {
        return target.token() == null
                ? ClientException.refused(
                        "not-signed-in",
                        target + " wants to know who you are",
                        "Run 'espalier login', or give a token by --token or ESPALIER_TOKEN.")
                : ClientException.refused(
                        "not-signed-in",
                        target + " does not accept the token",
                        "It may be mistyped, revoked or meant for another orchestrator. 'espalier login' stores a new one.");
    }

    static ClientException notAnOrchestrator(Target target, String because) {
        return ClientException.refused(
                "not-an-orchestrator",
                target + " does not speak like an orchestrator: " + because,
                "Is the URL right? It is the one that the web pages have, such as http://127.0.0.1:8080.");
    }

    static ClientException notUnderstood(Target target, JacksonException e) {
        return ClientException.refused(
                "protocol-mismatch",
                "the answer of " + target + " is not understood: " + e.getOriginalMessage(),
                "Is it of the same version as this shell? 'espalier --version' tells this one's.");
    }

    private static @Nullable JsonNode problem(HttpURLConnection connection, JsonMapper json) throws IOException {
        String type = connection.getContentType();
        InputStream stream = connection.getErrorStream();
        if (stream == null) {
            return null;
        }
        try (stream) {
            byte[] bytes = stream.readNBytes(MOST_BYTES);
            if (type == null || !type.contains("json")) {
                return null;
            }
            JsonNode node = json.readTree(bytes);
            return node.isObject() ? node : null;
        } catch (JacksonException _) {
            return null;
        }
    }

    private static @Nullable String text(JsonNode problem, String field) {
        JsonNode value = problem.get(field);
        return value == null || !value.isString() || value.stringValue().isBlank() ? null : value.stringValue();
    }

    /** What to do about the reasons that a shell command meets; the others' details speak for themselves. */
    private static @Nullable String advice(String reason) {
        return switch (reason) {
            case "host-moved" -> "Something changed since the plan was made. Look at a new one: espalier plan";
            case "quarantined" -> "The revision failed before. Push a newer one, or: espalier rollout retry ID";
            case "render-shrunk" -> "If that is meant, a person approves it: espalier rollout approve ID";
            case "host-key-changed", "host-key-unknown" -> "Compare the fingerprint at the machine before trusting it.";
            default -> null;
        };
    }
}

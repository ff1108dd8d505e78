package io.espalier.shell.client;

import io.espalier.protocol.api.OrchestratorApi;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@link OrchestratorApi} over HTTP: each call is one request, and ends with the answer or a {@link ClientException}.
 *
 * <p>It uses {@link HttpURLConnection}, which is ready in 50 ms where the JDK's newer client takes 150 and lingers for
 * 350 more at exit. Connections are kept open between calls.
 */
public final class OrchestratorClient implements InvocationHandler {
    /** Longer than any fleet's answer; what sends more is not an orchestrator. */
    private static final int MOST_BYTES = 64 << 20;

    private final Target target;
    private final JsonMapper json;
    private final Duration connect;
    private final Duration read;

    private OrchestratorClient(Target target, JsonMapper json, Duration connect, Duration read) {
        this.target = target;
        this.json = json;
        this.connect = connect;
        this.read = read;
    }

    /**
     * @param connect limit for reaching the orchestrator
     * @param read limit for its silence while we wait for an answer
     */
    public static OrchestratorApi connect(Target target, JsonMapper json, Duration connect, Duration read) {
        // A POST that got no answer may have been carried out: a second one is for a person to decide.
        System.setProperty("sun.net.http.retryPost", "false");
        var handler = new OrchestratorClient(target, json, connect, read);
        return (OrchestratorApi) Proxy.newProxyInstance(
                OrchestratorApi.class.getClassLoader(), new Class<?>[] {OrchestratorApi.class}, handler);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a proxy equals itself only
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "toString" -> "orchestrator at " + target;
                case "hashCode" -> System.identityHashCode(proxy);
                default -> arguments != null && proxy == arguments[0];
            };
        }
        var endpoint = Endpoint.of(method, arguments == null ? List.of() : Arrays.asList(arguments));
        try {
            return exchange(endpoint);
        } catch (IOException e) {
            throw translate(target, e);
        }
    }

    private Object exchange(Endpoint endpoint) throws IOException {
        var url = URI.create(target.url() + endpoint.path()).toURL();
        var connection = (HttpURLConnection) url.openConnection();
        connection.setRequestMethod(endpoint.verb());
        connection.setConnectTimeout((int) connect.toMillis());
        connection.setReadTimeout((int) read.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Accept", "application/json, application/problem+json");
        connection.setRequestProperty("User-Agent", "espalier-shell");
        if (target.token() != null) {
            connection.setRequestProperty("Authorization", "Bearer " + target.token());
        }
        if (endpoint.verb().equals("POST")) {
            byte[] body = endpoint.body() == null ? new byte[0] : json.writeValueAsBytes(endpoint.body());
            connection.setDoOutput(true);
            // Also makes sure of a kept connection before the request is written to it.
            connection.setFixedLengthStreamingMode(body.length);
            connection.setRequestProperty("Content-Type", "application/json");
            try (var out = connection.getOutputStream()) {
                out.write(body);
            }
        }
        int status = connection.getResponseCode();
        if (status / 100 != 2) {
            throw Problems.of(target, connection, status, json);
        }
        String type = connection.getContentType();
        if (type == null || !type.startsWith("application/json")) {
            throw Problems.notAnOrchestrator(target, "it answered with " + (type == null ? "no content" : type));
        }
        byte[] answer;
        try (var in = connection.getInputStream()) {
            answer = in.readNBytes(MOST_BYTES + 1);
        }
        if (answer.length > MOST_BYTES) {
            throw new IOException("the answer is longer than " + (MOST_BYTES >> 20) + " MiB");
        }
        try {
            Object value = json.readValue(answer, json.constructType(endpoint.answer()));
            if (value == null) {
                throw Problems.notAnOrchestrator(target, "it answered with nothing");
            }
            return value;
        } catch (JacksonException e) {
            throw Problems.notUnderstood(target, e);
        }
    }

    static ClientException translate(Target target, IOException e) {
        return switch (e) {
            case HttpRetryException retry when retry.responseCode() == 401 -> Problems.unauthorized(target);
            case ConnectException _ ->
                ClientException.passing(
                        "unreachable",
                        "nothing answers at " + target,
                        "Is the orchestrator running, and is the URL right?",
                        e);
            case UnknownHostException _ ->
                ClientException.passing(
                        "unreachable", "there is no host named " + target.url().getHost(), "Is the URL right?", e);
            case SocketTimeoutException _ ->
                ClientException.passing(
                        "timed-out",
                        target + " did not answer in time",
                        "It may be busy, or a firewall may drop the packets. Try again.",
                        e);
            case SSLException _ ->
                ClientException.passing(
                        "tls-failed",
                        "no trusted connection to " + target + ": " + e.getMessage(),
                        "A private certificate authority: ESPALIER_SHELL_OPTS=-Djavax.net.ssl.trustStore=FILE",
                        e);
            default ->
                ClientException.passing(
                        "unreachable", "the connection to " + target + " broke: " + e.getMessage(), "Try again.", e);
        };
    }
}

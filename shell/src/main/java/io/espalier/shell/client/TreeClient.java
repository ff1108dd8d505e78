package io.espalier.shell.client;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The metrics tree of an orchestrator, over the URLs that browsers use too. */
public final class TreeClient {
    private static final int MOST_BYTES = 64 << 20;
    private static final Duration SILENCE = Duration.ofSeconds(60);
    /** Of one poll; asked again with the same cursor, so that a person who had enough is heard soon. */
    private static final Duration POLL = Duration.ofSeconds(15);

    private static final String SEQ = "Last-Event-ID";
    private static final String PLAIN = "-._~,*()!:=@";

    private final Target target;
    private final JsonMapper json;
    private final Duration connect;

    public TreeClient(Target target, JsonMapper json, Duration connect) {
        this.target = target;
        this.json = json;
        this.connect = connect;
    }

    /** @param value a number, a text, or more for distributions and rankings */
    public record Leaf(String key, @Nullable Object value) {}

    /** @param next where to go on watching; empty if the tree does not say */
    public record Leaves(List<Leaf> leaves, String next, boolean isReset) {}

    /**
     * @param bad each rejected line: its number, why, and its text
     */
    public record Pushed(long merged, long rejected, List<Map<String, Object>> bad) {}

    public Leaves get(String key, boolean live) {
        try {
            return leaves("/get/" + encode(key) + (live ? "?live=1" : ""), SILENCE);
        } catch (IOException e) {
            throw OrchestratorClient.translate(target, e);
        }
    }

    /** Waits for what comes after {@code since}; no leaves, and the same cursor, if nothing came for some seconds. */
    public Leaves next(String key, String since) {
        try {
            return leaves("/pull/" + encode(key) + "?since=" + encode(since), POLL);
        } catch (SocketTimeoutException _) {
            return new Leaves(List.of(), since, false);
        } catch (IOException e) {
            throw OrchestratorClient.translate(target, e);
        }
    }

    private Leaves leaves(String path, Duration patience) throws IOException {
        HttpURLConnection connection = open("GET", path);
        connection.setReadTimeout((int) patience.toMillis());
        int status = connection.getResponseCode();
        if (status != 200) {
            throw Problems.of(target, connection, status, json);
        }
        String next = connection.getHeaderField(SEQ);
        var leaves = new ArrayList<Leaf>();
        boolean isReset = false;
        for (JsonNode one : read(connection)) {
            for (Map.Entry<String, JsonNode> entry : one.properties()) {
                if (entry.getKey().equals("~reset")) {
                    isReset = true;
                } else {
                    leaves.add(new Leaf(entry.getKey(), json.treeToValue(entry.getValue(), Object.class)));
                }
            }
        }
        return new Leaves(leaves, next == null ? "" : next, isReset);
    }

    /** JSON objects or log lines; what cannot be read is told line by line. */
    public Pushed push(byte[] body, boolean isJson) {
        try {
            HttpURLConnection connection = open("POST", "/push");
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(body.length);
            connection.setRequestProperty("Content-Type", isJson ? "application/json" : "text/plain");
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
            int status = connection.getResponseCode();
            String type = String.valueOf(connection.getContentType());
            if (status != 200 && !(status == 422 && type.startsWith("application/json"))) {
                throw Problems.of(target, connection, status, json);
            }
            return json.treeToValue(read(connection), Pushed.class);
        } catch (IOException e) {
            throw OrchestratorClient.translate(target, e);
        }
    }

    private HttpURLConnection open(String verb, String path) throws IOException {
        var connection =
                (HttpURLConnection) URI.create(target.url() + path).toURL().openConnection();
        connection.setRequestMethod(verb);
        connection.setConnectTimeout((int) connect.toMillis());
        connection.setReadTimeout((int) SILENCE.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Accept", "application/json, application/problem+json");
        connection.setRequestProperty("User-Agent", "espalier-shell");
        if (target.token() != null) {
            connection.setRequestProperty("Authorization", "Bearer " + target.token());
        }
        return connection;
    }

    private JsonNode read(HttpURLConnection connection) throws IOException {
        byte[] answer;
        try (var in = connection.getResponseCode() < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            answer = in.readNBytes(MOST_BYTES + 1);
        }
        if (answer.length > MOST_BYTES) {
            throw new IOException("the answer is longer than " + (MOST_BYTES >> 20) + " MiB");
        }
        try {
            return json.readTree(answer);
        } catch (JacksonException e) {
            throw Problems.notAnOrchestrator(target, "its tree answered with something else than JSON");
        }
    }

    /** Of a part of a path. */
    static String encode(String text) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            boolean isPlain = c < 0x80 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0);
            out.append(isPlain ? Character.toString(c) : String.format("%%%02X", c));
        }
        return out.toString();
    }
}

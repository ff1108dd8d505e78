package io.espalier.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.MutableClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** History, views, differences and pictures over HTTP, with a clock of our own. */
class TreePagesIT {
    @TempDir
    Path dir;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final MutableClock clock = MutableClock.fixed();
    private final long start = clock.instant().getEpochSecond();
    private TreeServer server;

    @BeforeEach
    void start() throws IOException {
        server = server(TreeServer.Keeping.in(dir));
        for (int i = 1; i <= 30; i++) {
            var batch = new Batch();
            batch.add(i, "br", "ie", "7");
            batch.add(1, "br", "chrome");
            if (i == 15) {
                batch.enter("br");
                batch.text("deployed 4f2a");
                batch.leave();
            }
            server.tree().merge(batch);
            server.trend().orElseThrow().sample();
            clock.advance(Duration.ofSeconds(10));
        }
    }

    private TreeServer server(TreeServer.Keeping keeping) throws IOException {
        var doors = new TreeServer.Doors("127.0.0.1", 0, 0, -1, Networks.LOOPBACK, Optional.empty());
        return new TreeServer(TreeSettings.ofMachine(), doors, Senders.NONE, keeping, clock);
    }

    @AfterEach
    void stop() throws IOException {
        http.shutdownNow();
        server.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
                .timeout(Duration.ofSeconds(30));
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = to(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, Map<String, String> form, String... headers) throws Exception {
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest.Builder request = to(path).header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void trendAnswersTimesValuesAndMarkers() throws Exception {
        String json = get("/trend/br,ie,7?from=" + start + "&to=" + (start + 40) + "&step=10")
                .body();
        assertThat(json)
                .contains("\"step\":10", "\"key\":\"br,ie,7\"")
                .contains("[[" + start + ",1],[" + (start + 10) + ",3],[" + (start + 20) + ",6],[" + (start + 30)
                        + ",10]]");
        assertThat(get("/trend/br,*%7Csum?from=-5min&step=10s&fn=max").body())
                .contains("\"key\":\"br,*\"", "\"text\":\"deployed 4f2a\"", "\"time\":" + (start + 140));
        assertThat(get("/trend/br,ie,7?from=-1h&fn=rate&step=60").body()).contains("\"fn\":\"rate\"");
        assertThat(get("/trend/br,*").body()).contains("\"key\":\"br,chrome\"");
        assertThat(get("/trend/nobody?from=-1h").body()).contains("\"series\":[]");
    }

    @Test
    void badTimesGetAReason() throws Exception {
        assertThat(get("/trend/br?from=soon").body()).contains("BAD_RANGE", "is no time");
        assertThat(get("/trend/br?from=soon").statusCode()).isEqualTo(400);
        assertThat(get("/trend/br?from=-1y&step=1").statusCode()).isEqualTo(422);
        assertThat(get("/trend/br?fn=mean").body()).contains("expected: avg");
        assertThat(get("/graph/br.png?width=9").statusCode()).isEqualTo(400);
        assertThat(get("/graph/br.png?style=loud").body()).contains("expected: cpu, net, url, default");
        try (TreeServer forgetful = server(TreeServer.Keeping.NOTHING)) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + forgetful.httpPort() + "/trend/br"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("--dir");
        }
    }

    @Test
    void pagesEscapeWhatTheyShowAndRunNoForeignScript() throws Exception {
        for (String path : new String[] {
            "/trend/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
            "/trend/view/?key=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
            "/diff/%3Cscript%3E/b",
            "/setting/view",
        }) {
            HttpResponse<String> page = get(path, "Accept", "text/html");
            assertThat(page.statusCode()).as(path).isEqualTo(200);
            assertThat(page.body()).doesNotContain("<script>").contains("<main id=\"main\">");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                    .startsWith("default-src 'self'");
        }
        assertThat(get("/static/chart.js").statusCode()).isEqualTo(200);
        assertThat(get("/static/../x").statusCode()).isEqualTo(404);
    }

    @Test
    void viewsAreSavedKeptAndServedLive() throws Exception {
        HttpResponse<String> saved = post(
                "/setting/view", Map.of("name", "Browsers", "keys", "br,ie\nbr,*|sum", "type", "area", "span", "5min"));
        assertThat(saved.statusCode()).isEqualTo(303);
        assertThat(get("/trend/view/Browsers").body()).contains("\"key\":\"br,*\"", "\"key\":\"br,ie,7\"");
        assertThat(get("/get/view/Browsers").body()).contains("{\"br,ie,7\":465}", "{\"br,*|sum\":30}");
        assertThat(get("/graph/view/Browsers.svg").body()).contains("<title>Browsers</title>");
        HttpResponse<InputStream> stream =
                http.send(to("/pull/view/Browsers").build(), HttpResponse.BodyHandlers.ofInputStream());
        server.tree().merge(one(5, "br", "chrome"));
        try (var reader = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (!line.startsWith("data:")) {
                line = reader.readLine();
            }
            assertThat(line).isEqualTo("data: [{\"br,*|sum\":35}]");
        }
        assertThat(post("/setting/view", Map.of("name", "a/b", "keys", "x")).statusCode())
                .isEqualTo(422);
        assertThat(post("/setting/view", Map.of("name", "x", "keys", "a"), "Origin", "http://elsewhere.example")
                        .statusCode())
                .isEqualTo(403);
        server.close();
        server = server(TreeServer.Keeping.in(dir));
        assertThat(get("/setting/view").body()).contains("\"Browsers\"");
        post("/setting/view", Map.of("name", "Browsers", "do", "remove"));
        assertThat(get("/setting/view").body()).isEqualTo("[]\n");
        assertThat(get("/trend/view/Browsers").statusCode()).isEqualTo(404);
    }

    private static Batch one(double value, String... path) {
        var batch = new Batch();
        batch.add(value, path);
        return batch;
    }

    @Test
    void oneKeyAtTwoTimesIsRankedByContribution() throws Exception {
        String json = get("/diff/br/br?a=" + (start + 90)).body();
        assertThat(json)
                .startsWith("[{\"key\":\"ie,7\",\"a\":55,\"b\":465,\"change\":410,")
                .contains("{\"key\":\"chrome\",\"a\":10,\"b\":30,\"change\":20,");
        assertThat(get("/diff/br,ie/br,chrome").body()).contains("\"key\":\"7\"");
        assertThat(get("/diff/br").statusCode()).isEqualTo(400);
        assertThat(get("/diff/br?a=-2min", "Accept", "text/html").body()).contains("Share of all change");
    }

    @Test
    void picturesComeInFourFormatsAndTheSameTwice() throws Exception {
        for (String suffix : new String[] {"png", "svg", "jpg", "pdf"}) {
            String url = "/graph/br,*." + suffix + "?from=-5min&style=url&type=bar&theme=dark&width=500&height=200"
                    + "&marker=-2min..-1min%7Cmaintenance";
            byte[] first = bytes(url);
            assertThat(first).as(suffix).hasSizeGreaterThan(900).isEqualTo(bytes(url));
        }
        assertThat(get("/graph/br,*.svg?from=-5min").body()).contains("deployed 4f2a", "br,chrome");
        assertThat(get("/graph/br.svg?from=-5min&xaxis=key&fn=max&step=10").body())
                .contains(">465</text>");
    }

    private byte[] bytes(String path) throws Exception {
        HttpResponse<byte[]> answer = http.send(to(path).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return answer.body();
    }

    @Test
    void childrenAreListedForTheTree() throws Exception {
        assertThat(get("/get/br?children=1").body())
                .isEqualTo("[{\"name\":\"chrome\",\"key\":\"br,chrome\",\"children\":0,\"leaf\":true},"
                        + "{\"name\":\"ie\",\"key\":\"br,ie\",\"children\":1,\"leaf\":false}]\n");
        assertThat(get("/get/?children=1").body()).startsWith("[{\"name\":\"br\"");
        assertThat(get("/get/b*?children=1").statusCode()).isEqualTo(400);
    }
}

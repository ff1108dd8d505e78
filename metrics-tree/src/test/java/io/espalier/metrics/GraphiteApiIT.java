package io.espalier.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of the shapes that Grafana's bundled Graphite plugin sends. */
class GraphiteApiIT {
    @TempDir
    Path dir;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final MutableClock clock = MutableClock.fixed();
    private final long start = clock.instant().getEpochSecond();
    private TreeServer server;

    @BeforeEach
    void start() throws IOException {
        var doors = new TreeServer.Doors("127.0.0.1", 0, 0, -1, Networks.LOOPBACK, Optional.empty());
        server = new TreeServer(TreeSettings.ofMachine(), doors, Senders.NONE, TreeServer.Keeping.in(dir), clock);
        for (int i = 0; i < 6; i++) {
            var batch = new Batch();
            batch.hint(Action.LAST);
            batch.add(i, "s", "web1", "load");
            batch.add(i * 2, "s", "10.0.0.2", "load");
            if (i == 3) {
                batch.enter("deploy");
                batch.text("release 7");
                batch.leave();
            }
            server.tree().merge(batch);
            server.trend().orElseThrow().sample();
            clock.advance(Duration.ofSeconds(10));
        }
    }

    @AfterEach
    void stop() throws IOException {
        http.shutdownNow();
        server.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path));
    }

    private HttpResponse<String> post(String path, String form) throws Exception {
        return send(to(path).header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    @Test
    void renderAnswersValuesBeforeTimes() throws Exception {
        HttpResponse<String> answer = post(
                "/render",
                "target=s.web1.load&target=alias%28scale%28s.%2A.load%2C10%29%2C+%27all%27%29&from=" + start + "&until="
                        + (start + 60) + "&format=json&maxDataPoints=100");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .startsWith("[{\"target\":\"s.web1.load\",\"tags\":{\"name\":\"s.web1.load\"},\"datapoints\":[[0,"
                        + start + "],[1," + (start + 10) + "]")
                .contains("{\"target\":\"all\"", "[50," + (start + 50) + "]");
    }

    @Test
    void theHealthCheckIsAnswered() throws Exception {
        HttpResponse<String> answer =
                post("/render", "target=constantLine%28100%29&from=-1h&until=now&format=json&maxDataPoints=100");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("[{\"target\":\"100\"").contains("[100,");
        assertThat(send(to("/version")).body()).isEqualTo("1.0.2\n");
        assertThat(send(to("/functions")).statusCode()).isEqualTo(404);
    }

    @Test
    void namesAreFoundBranchesFirst() throws Exception {
        String branch = "{\"text\":\"s\",\"id\":\"s\",\"expandable\":1,\"leaf\":0,\"allowChildren\":1}";
        assertThat(post("/metrics/find?from=-6h&until=now", "query=*").body()).contains(branch);
        assertThat(send(to("/metrics/find?query=s.*")).body())
                .contains("{\"text\":\"10.0.0.2\",\"id\":\"s.10%2E0%2E0%2E2\",\"expandable\":1");
        assertThat(send(to("/metrics/find?query=s.web1.lo*")).body())
                .isEqualTo(
                        "[{\"text\":\"load\",\"id\":\"s.web1.load\",\"expandable\":0,\"leaf\":1,\"allowChildren\":0}]\n");
        assertThat(send(to("/metrics/expand?query=s.*.load")).body())
                .isEqualTo("{\"results\":[\"s.10%2E0%2E0%2E2.load\",\"s.web1.load\"]}\n");
        assertThat(send(to("/render?target=s.10%252E0%252E0%252E2.load&from=-1min&format=json"))
                        .body())
                .contains("[10,");
    }

    @Test
    void markersAreEvents() throws Exception {
        assertThat(send(to("/events/get_data?from=" + start + "&until=" + (start + 60) + "&tags=deploy"))
                        .body())
                .contains("\"when\":" + (start + 30), "\"what\":\"release 7\"", "\"tags\":[\"deploy\"]");
        assertThat(send(to("/events/get_data?from=-1h&until=now&tags=other")).body())
                .isEqualTo("[]\n");
    }

    @Test
    void aTargetThatIsNotUnderstoodIsToldInWords() throws Exception {
        HttpResponse<String> answer = post("/render", "target=frobnicate%28s.web1.load%29&format=json");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("there is no function 'frobnicate'");
    }

    @Test
    void renderDrawsAsGraphiteDoes() throws Exception {
        HttpResponse<String> picture =
                send(to("/render?target=s.web1.load&from=-2min&format=svg&width=400&height=200"));
        assertThat(picture.body()).startsWith("<svg").contains("s.web1.load");
        assertThat(send(to("/render?target=s.web1.load&from=-2min")).headers().firstValue("Content-Type"))
                .contains("image/png");
    }
}

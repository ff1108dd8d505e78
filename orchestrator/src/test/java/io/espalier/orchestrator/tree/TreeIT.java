package io.espalier.orchestrator.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.RelayServer;
import io.espalier.metrics.TreeServer;
import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.relay.RelayConf;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.orchestrator.RunningOrchestrator;
import io.espalier.testkit.Await;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest.Builder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tree behind the orchestrator's own door. */
class TreeIT {

    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    @TempDir
    static Path data;

    static RunningOrchestrator orchestrator;

    @BeforeAll
    static void start() {
        orchestrator = RunningOrchestrator.start(data);
    }

    @AfterAll
    static void stop() {
        orchestrator.close();
    }

    private static HttpResponse<String> get(String path) {
        return orchestrator.send(orchestrator.asAdmin(path));
    }

    private static HttpResponse<String> push(String json) {
        return orchestrator.send(orchestrator
                .asAdmin("/push?sync=1")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    private static TreeServer tree() {
        try {
            return orchestrator.bean(RunningTree.class).await(DEADLINE).orElseThrow();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatWasPushedIsReadWithReducers() {
        assertThat(push("{\"a\":{\"ip1\":{\"cpu\":0.2,\"net\":120},\"ip2\":{\"cpu\":0.3,\"net\":10}}}")
                        .body())
                .contains("\"merged\":1");

        assertThat(get("/get/a,ip*%7Csum,net").body()).isEqualToIgnoringWhitespace("[{\"a,ip*\":130}]");
        assertThat(get("/get/?key-a,ip1,net").body()).isEqualToIgnoringWhitespace("[{\"a,ip1,net\":120}]");
    }

    @Test
    void formsOfTheSeedArePushed() {
        HttpResponse<String> answer = orchestrator.send(orchestrator
                .asAdmin("/push")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(
                        "json=" + URLEncoder.encode("{\"form\":{\"x\":7}}", StandardCharsets.UTF_8))));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(get("/get/form,x").body()).contains("7");
    }

    @Test
    void keysMayHoldBarsSlashesAndBracketsAsCurlSendsThem() throws Exception {
        push("{\"raw\":{\"/index.html\":{\"hits\":3},\"/a;b\":{\"hits\":4}}}");

        assertThat(get("/get/raw,%2Findex.html,hits").body()).contains("3");
        assertThat(get("/get/raw,%2Fa%3Bb,hits").body()).contains("4");
        assertThat(rawGet("/get/raw,*|sum,hits")).contains("200").contains("{\"raw,*\":7}");
        assertThat(rawGet("/get/raw,[/]index*,hits")).contains("200").contains("3");
        assertThat(rawGet("/get/raw,//x")).doesNotContain("HTTP/1.1 400");
    }

    @Test
    void keysDoNotLeadAroundTheRules() throws Exception {
        String reader = token("read");
        for (String path :
                new String[] {"/get/../api/v1/users", "/get/%2e%2e/api/v1/users", "/get/..;/api/v1/users", "/get/x;y"
                }) {
            assertThat(rawGet(path, reader)).as(path).startsWith("HTTP/1.1 400");
        }
        assertThat(rawGet("/api%2Fv1/users", reader)).startsWith("HTTP/1.1 400");
        assertThat(rawGet("/get/..;/git/fleet.git/info/refs?service=git-receive-pack", reader))
                .doesNotStartWith("HTTP/1.1 2")
                .doesNotContain("receive-pack");
        // Encoded, it is a name in a key and nothing else
        assertThat(rawGet("/get/x/..%2f..%2fapi/v1/users", reader)).endsWith("[]\n");
    }

    private static String rawGet(String target) throws Exception {
        return rawGet(target, RunningOrchestrator.TOKEN);
    }

    private static String rawGet(String target, String token) throws Exception {
        try (var socket = new Socket("127.0.0.1", orchestrator.url("/").getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + target
                                    + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                                    + token + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void everyUrlNeedsItsRight() {
        String reader = token("read");
        String pusher = token("push");
        push("{\"rights\":{\"x\":1}}");

        for (String path : new String[] {
            "/get/rights",
            "/limits",
            "/realtime/rights",
            "/realtime/",
            "/trend/rights",
            "/trend/view/",
            "/setting/view",
            "/diff/rights/rights",
            "/graph/rights.svg",
            "/metrics/find?query=rights.*",
            "/metrics",
            "/version",
            "/render?target=rights.x&format=json"
        }) {
            assertThat(orchestrator.send(orchestrator.request(path)).statusCode())
                    .as(path)
                    .isEqualTo(401);
            assertThat(orchestrator.send(bearer(path, reader)).statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
        Builder refused = bearer("/push", reader).POST(BodyPublishers.ofString("{\"rights\":{\"x\":1}}"));
        assertThat(orchestrator.send(refused).statusCode()).isEqualTo(403);
        Builder taken = bearer("/push", pusher).POST(BodyPublishers.ofString("{\"rights\":{\"x\":1}}"));
        assertThat(orchestrator.send(taken).statusCode()).isEqualTo(200);
        Builder setting = bearer("/setting/view", pusher)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("name=mine&keys=rights"));
        assertThat(orchestrator.send(setting).statusCode()).isEqualTo(403);
        assertThat(orchestrator.send(orchestrator.request("/static/tree.css")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void relaySendsWithATokenThatMayPush() throws Exception {
        Path file = Files.writeString(data.resolve("relay.token"), RunningOrchestrator.TOKEN + "\n");
        var doors = new TreeServer.Doors("127.0.0.1", 0, 0, -1, Networks.LOOPBACK, Optional.empty());
        var upstream = new RelayConf.Target(orchestrator.url("/"), Optional.of(file));
        try (var relay = new RelayServer(
                TreeSettings.ofMachine(),
                Optional.empty(),
                doors,
                Senders.NONE,
                RelayConf.to(upstream),
                data.resolve("relay"),
                Duration.ofMillis(100),
                Clock.systemUTC())) {
            try (var socket = new Socket("127.0.0.1", relay.pushPort())) {
                socket.getOutputStream().write("{\"relayed\":{\"x\":5}}\n".getBytes(StandardCharsets.UTF_8));
            }
            Await.until(
                    "it arrives", DEADLINE, () -> get("/get/relayed,x").body().contains("5"));
        }
        Builder reader = bearer("/relay", token("read")).POST(BodyPublishers.noBody());
        assertThat(orchestrator.send(reader).statusCode()).isEqualTo(403);
    }

    @Test
    void graphiteClientsMayAskByPost() {
        push("{\"gr\":{\"x\":1}}");

        HttpResponse<String> found = orchestrator.send(orchestrator
                .asAdmin("/metrics/find")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("query=gr.*")));

        assertThat(found.body()).contains("gr.x");
    }

    @Test
    void streamTellsTheNextChange() throws Exception {
        push("{\"live\":{\"x\":1}}");
        HttpClient client = HttpClient.newHttpClient();
        try {
            HttpResponse<java.io.InputStream> answer = client.send(
                    orchestrator
                            .asAdmin("/pull/live")
                            .header("Accept", "text/event-stream")
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
            var reader = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            assertThat(reader.readLine()).isEqualTo(":");
            push("{\"live\":{\"x\":41}}");

            String line = "";
            // A heartbeat is two lines every 15 seconds: this ends in any case
            for (int i = 0; i < 12 && !line.startsWith("data:"); i++) {
                line = String.valueOf(reader.readLine());
            }
            assertThat(line).isEqualTo("data: [{\"live,x\":42}]");
        } finally {
            client.shutdownNow();
        }
    }

    @Test
    void pollTellsTheNextChange() {
        push("{\"comet\":{\"x\":1}}");
        String since =
                get("/get/comet?live=1").headers().firstValue("Last-Event-ID").orElseThrow();
        push("{\"comet\":{\"x\":1}}");

        assertThat(get("/pull/comet?since=" + since).body()).contains("{\"comet,x\":2}");
    }

    @Test
    void linesAndDatagramsComeInByTheIngestPort() throws Exception {
        int port = tree().pushPort();
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write("{\"tcp\":{\"x\":5}}\n".getBytes(StandardCharsets.UTF_8));
        }
        byte[] datagram = "{\"udp\":{\"x\":6}}".getBytes(StandardCharsets.UTF_8);
        try (var socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(
                    datagram, datagram.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        }

        Await.until(
                "the line is in the tree",
                DEADLINE,
                () -> get("/get/tcp,x").body().contains("5"));
        Await.until(
                "the datagram is in the tree",
                DEADLINE,
                () -> get("/get/udp,x").body().contains("6"));
    }

    @Test
    void formsOfPagesWorkForWhoSignedInAndAreRefusedWithoutTheirToken() {
        var browser = new Browser();
        browser.signIn();

        HttpResponse<String> page = browser.get("/setting/view");
        assertThat(page.body()).contains("href=\"/fleet\"").contains("href=\"/trend/view/\"");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .doesNotContain("unsafe");
        HttpResponse<String> stolen = browser.post("/setting/view", "name=stolen&keys=a");
        HttpResponse<String> saved = browser.post("/setting/view", "name=mine&keys=a%2Cip*&_csrf=" + csrf(page.body()));

        assertThat(stolen.statusCode()).isEqualTo(403);
        assertThat(saved.statusCode()).as(saved.body()).isEqualTo(303);
        assertThat(get("/setting/view").body())
                .contains("mine")
                .contains("a,ip*")
                .doesNotContain("stolen");
    }

    @Test
    void pagesLeadToTheTreeAndBack() {
        var browser = new Browser();
        browser.signIn();

        assertThat(browser.get("/fleet").body()).contains("<a href=\"/realtime/\">Tree</a>");
        assertThat(browser.get("/realtime/").body())
                .contains("<a href=\"/fleet\">Fleet</a>")
                .contains("aria-current=\"true\">Tree</a>");
        assertThat(browser.get("/realtime/a").body()).contains("<a href=\"/fleet\">Fleet</a>");
    }

    @Test
    void strangersAreSentToTheSignInPage() {
        HttpResponse<String> answer =
                orchestrator.send(orchestrator.request("/trend/view/").header("Accept", "text/html"));

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElse("")).endsWith("/sign-in");
    }

    @Test
    void treeIsThereAgainAfterARestart(@TempDir Path own) {
        try (var first = RunningOrchestrator.start(own)) {
            HttpResponse<String> answer =
                    first.send(first.asAdmin("/push").POST(BodyPublishers.ofString("{\"kept\":{\"x\":8}}\n")));
            assertThat(answer.body()).contains("\"merged\":1");
        }

        assertThat(own.resolve("trend")).isDirectory();
        try (var second = RunningOrchestrator.start(own)) {
            assertThat(second.send(second.asAdmin("/get/kept,x")).body()).contains("8");
        }
    }

    @Test
    void switchedOffItTakesNoPortAndNoFolder(@TempDir Path own) {
        try (var without = RunningOrchestrator.start(own, "--tree.enabled=false")) {
            assertThat(without.context().getBeansOfType(RunningTree.class)).isEmpty();
            assertThat(without.send(without.asAdmin("/get/x")).statusCode()).isEqualTo(404);
            assertThat(without.send(without.asAdmin("/fleet").header("Accept", "text/html"))
                            .body())
                    .doesNotContain("/realtime/");
            assertThat(Files.exists(own.resolve("trend"))).isFalse();
        }
    }

    private static Builder bearer(String path, String token) {
        return orchestrator.request(path).header("Authorization", "Bearer " + token);
    }

    private static String token(String right) {
        String body = orchestrator
                .send(orchestrator
                        .asAdmin("/api/v1/tokens")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"label\":\"test\",\"rights\":[\"" + right + "\"]}")))
                .body();
        Matcher secret = Pattern.compile("esp_[A-Za-z0-9_-]+").matcher(body);
        assertThat(secret.find()).as(body).isTrue();
        return secret.group();
    }

    private static String csrf(String page) {
        return Optional.of(CSRF.matcher(page))
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .orElseThrow(() -> new AssertionError("no form token in\n" + page));
    }

    /** Keeps cookies. */
    private static final class Browser {

        private final Map<String, String> jar = new LinkedHashMap<>();

        void signIn() {
            String token = csrf(get("/sign-in").body());
            post(
                    "/sign-in",
                    "name=admin&password=" + URLEncoder.encode(RunningOrchestrator.PASSWORD, StandardCharsets.UTF_8)
                            + "&_csrf=" + token);
        }

        HttpResponse<String> get(String path) {
            return kept(orchestrator.request(path).header("Accept", "text/html"));
        }

        HttpResponse<String> post(String path, String form) {
            return kept(orchestrator
                    .request(path)
                    .header("Accept", "text/html")
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form)));
        }

        private HttpResponse<String> kept(Builder request) {
            var cookies = new StringBuilder();
            jar.forEach((name, value) ->
                    cookies.append(name).append('=').append(value).append("; "));
            HttpResponse<String> answer = orchestrator.send(request.header("Cookie", cookies.toString()));
            for (String cookie : answer.headers().allValues("Set-Cookie")) {
                String pair = cookie.substring(0, cookie.indexOf(';'));
                jar.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
            return answer;
        }
    }
}

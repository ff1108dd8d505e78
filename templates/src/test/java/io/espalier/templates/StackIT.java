package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.templates.Stack.Member;
import io.espalier.templates.Stack.Server;
import io.espalier.testkit.Await;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two L1, two L2 and two origins: what a single request, or many of one moment, get. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StackIT {

    private static final Map<String, String> CACHED = Map.of("Cache-Control", "max-age=60");

    @TempDir
    static Path root;

    private final List<Origin> origins = new ArrayList<>();
    private Stack stack;
    private long version = 1000;

    @BeforeAll
    void start() {
        Nginx.assumeInstalled();
        origins.add(Origin.start("weba"));
        origins.add(Origin.start("webb"));
        stack = new Stack(root)
                .layer("l1", 2, Map.of("rate", Map.of("on", false)))
                .layer("l2", 2, Map.of("tier", "web", "cache", Map.of("wait", 5, "failure", 1, "stale", 60)))
                .origins("web", i -> origins.get(i).port(), 2)
                .start();
    }

    @AfterAll
    void stop() {
        if (stack != null) {
            stack.close();
            origins.forEach(Origin::close);
        }
    }

    @AfterEach
    void everythingAsBefore() {
        for (Origin origin : origins) {
            origin.answering(200, CACHED).slow(Duration.ZERO).forget();
        }
        stack.servers("l2").forEach(l2 -> stack.pushAndAwait(l2, Stack.document(++version, "web", webs())));
        assertThat(stack.defects()).isEmpty();
    }

    private List<Member> webs() {
        return origins.stream()
                .map(origin -> new Member(origin.name(), origin.port()))
                .toList();
    }

    private String healthOf(Server server, String peer) {
        return stack.peer(server, peer).get("health").asString();
    }

    private long askedOf(String uri) {
        return origins.stream().mapToLong(origin -> origin.asked(uri)).sum();
    }

    @Test
    void renderedConfigurationPassesItsOwnValidation() {
        for (String name : List.of("l1a", "l2a")) {
            assertThat(stack.server(name).nginx().validate().status()).isZero();
        }
    }

    @Test
    void requestGoesThroughBothLayersAndClientsCannotForgeWhoTheyAre() {
        var answer = stack.get(
                stack.server("l1a").uri("/page?q=1"),
                "X-Forwarded-For",
                "6.6.6.6",
                "X-Real-IP",
                "6.6.6.6",
                "X-Request-Id",
                "mine",
                "X-Deadline-Ms",
                "1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).endsWith(" /page?q=1\n");
        var asked = origins.stream().flatMap(o -> o.asked().stream()).toList();
        assertThat(asked).hasSize(1);
        assertThat(asked.getFirst().header("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(asked.getFirst().header("x-real-ip")).isEqualTo("127.0.0.1");
        assertThat(asked.getFirst().header("x-request-id")).matches("[0-9a-f]{32}");
        assertThat(answer.headers().firstValue("x-request-id"))
                .contains(asked.getFirst().header("x-request-id"));
    }

    @Test
    void secondQuestionForANameIsAnsweredByTheSameCache() {
        var first = stack.get(stack.server("l1a").uri("/dn?second.example"));
        var second = stack.get(stack.server("l1b").uri("/dn?second.example"));

        assertThat(first.headers().firstValue("x-cache")).contains("miss");
        assertThat(second.headers().firstValue("x-cache")).contains("hit");
        assertThat(second.headers().firstValue("age")).isPresent();
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(askedOf("/dn?second.example")).isEqualTo(1);
    }

    @Test
    void thousandSimultaneousMissesAskOnce() throws Exception {
        origins.forEach(origin -> origin.slow(Duration.ofMillis(500)));
        Server l2 = stack.server("l2a");

        List<HttpResponse<String>> answers = atOnce(1000, () -> stack.get(l2.uri("/dn?storm.example")));

        assertThat(answers.stream().filter(answer -> answer.statusCode() == 200))
                .hasSize(1000);
        Map<String, Long> outcomes = answers.stream()
                .collect(Collectors.groupingBy(
                        answer -> answer.headers().firstValue("x-cache").orElse("none"), Collectors.counting()));
        assertThat(answers.stream().map(HttpResponse::body).distinct())
                .as("%s", outcomes)
                .hasSize(1);
        assertThat(askedOf("/dn?storm.example")).isEqualTo(1);
    }

    @Test
    void answersOfOneUserAreNotKept() {
        origins.forEach(origin -> origin.answering(200, Map.of("Cache-Control", "private, max-age=60")));
        for (int i = 0; i < 3; i++) {
            assertThat(stack.get(stack.server("l2a").uri("/dn?private.example")).statusCode())
                    .isEqualTo(200);
        }
        assertThat(askedOf("/dn?private.example")).isEqualTo(3);

        origins.forEach(origin -> origin.answering(200, CACHED));
        for (int i = 0; i < 3; i++) {
            stack.get(stack.server("l2a").uri("/dn?authorized.example"), "Authorization", "Basic YTpi");
        }
        assertThat(askedOf("/dn?authorized.example")).isEqualTo(3);
    }

    @Test
    void oldAnswerIsGivenWhileTheOriginIsDead() {
        origins.forEach(origin -> origin.answering(200, Map.of("Cache-Control", "max-age=1")));
        Server l2 = stack.server("l2a");
        String body = stack.get(l2.uri("/dn?stale.example")).body();
        origins.forEach(Origin::stop);
        try {
            Await.until(
                    "it is stale",
                    () -> stack.get(l2.uri("/dn?stale.example"))
                            .headers()
                            .firstValue("x-cache")
                            .equals(Optional.of("stale")));

            var stale = stack.get(l2.uri("/dn?stale.example"));
            assertThat(stale.statusCode()).isEqualTo(200);
            assertThat(stale.body()).isEqualTo(body);
            assertThat(stale.headers().firstValue("cache-control")).contains("max-age=30");
            var never = stack.get(l2.uri("/dn?never.seen.example"));
            assertThat(never.statusCode()).isEqualTo(502);
        } finally {
            origins.forEach(Origin::startAgain);
        }
        Await.until(
                "it is fresh again",
                () -> stack.get(l2.uri("/dn?stale.example"))
                        .headers()
                        .firstValue("x-cache")
                        .filter(outcome -> outcome.equals("miss") || outcome.equals("hit"))
                        .isPresent());
        for (Server each : stack.servers("l2")) {
            for (String web : List.of("weba", "webb")) {
                Await.until(web + " is well", () -> healthOf(each, web).equals("up"));
            }
        }
    }

    @Test
    void memberThatIsTakenAwayMovesItsOwnNamesAlone() {
        var names = new ArrayList<String>();
        for (int i = 0; i < 200; i++) {
            names.add("/dn?moves" + i + ".example");
        }
        Server l1 = stack.server("l1a");
        List<Member> l2 = stack.servers("l2").stream()
                .map(server -> new Member(server.name(), server.port()))
                .toList();
        names.forEach(name -> stack.get(l1.uri(name)));
        long before = names.stream().mapToLong(this::askedOf).sum();
        assertThat(before).isEqualTo(200);

        stack.pushAndAwait(l1, Stack.document(++version, "l2", List.of(l2.get(0).with("state", "drain"), l2.get(1))));
        names.forEach(name -> stack.get(l1.uri(name)));

        long moved = names.stream().mapToLong(this::askedOf).sum() - before;
        assertThat(moved).as("half of the names, give or take").isBetween(70L, 130L);
        stack.pushAndAwait(l1, Stack.document(++version, "l2", l2));
        long again = names.stream().mapToLong(this::askedOf).sum();
        names.forEach(name -> stack.get(l1.uri(name)));
        assertThat(names.stream().mapToLong(this::askedOf).sum()).isEqualTo(again);
    }

    @Test
    void everyWorkerTakesADocumentWithinASecondWithoutAReload() {
        Server l2 = stack.server("l2a");
        var workers = l2.nginx().workers();
        for (int i = 0; i < 5; i++) {
            Duration took = stack.pushAndAwait(l2, Stack.document(++version, "web", webs()));
            assertThat(took).isLessThan(Duration.ofSeconds(1));
        }
        assertThat(l2.nginx().workers()).isEqualTo(workers);
        assertThat(stack.metric(l2, "lb_peers_version")).isEqualTo(version);
        assertThat(stack.metric(l2, "lb_workers_behind")).isZero();
    }

    @Test
    void documentSurvivesARestartAndAnOlderOneIsRefused() {
        Server l2 = stack.server("l2b");
        stack.pushAndAwait(l2, Stack.document(++version, "web", List.of(webs().getFirst())));
        l2.nginx().kill();
        l2.nginx().startAgain();

        assertThat(stack.peers(l2).get("version").asLong()).isEqualTo(version);
        assertThat(stack.peers(l2).get("from").asString()).isEqualTo("disk");
        var older = stack.admin(l2, "PUT", "/_espalier/peers", Stack.document(version - 1, "web", webs()));
        assertThat(older.statusCode()).isEqualTo(409);
        assertThat(older.body()).contains("old-version");
    }

    @Test
    void canaryIsChosenByHeaderThenCookieThenShare() {
        Server l2 = stack.server("l2a");
        List<Member> both = List.of(webs().get(0), webs().get(1).with("group", "next"));
        var rule = new HashMap<String, Object>(
                Map.of("group", "next", "header", "X-Canary", "cookie", "canary", "percent", 0));
        stack.pushAndAwait(l2, Stack.document(++version, "web", both, rule));

        assertThat(stack.get(l2.uri("/a")).body()).startsWith("weba");
        var chosen = stack.get(l2.uri("/a"), "X-Canary", "always");
        assertThat(chosen.body()).startsWith("webb");
        assertThat(chosen.headers().firstValue("x-canary")).contains("next");
        assertThat(stack.get(l2.uri("/a"), "Cookie", "canary=always").body()).startsWith("webb");
        assertThat(stack.get(l2.uri("/a"), "X-Canary", "never", "Cookie", "canary=always")
                        .body())
                .startsWith("weba");

        rule.put("percent", 100);
        stack.pushAndAwait(l2, Stack.document(++version, "web", both, rule));
        assertThat(stack.get(l2.uri("/a")).body()).startsWith("webb");
        assertThat(stack.get(l2.uri("/a"), "X-Canary", "never").body()).startsWith("weba");
        assertThat(stack.get(l2.uri("/dn?canary.example")).body()).startsWith("webb");
        assertThat(stack.get(l2.uri("/dn?canary.example"), "X-Canary", "never").body())
                .as("groups do not share what is kept")
                .startsWith("weba");
    }

    @Test
    void questionWhoseTimeIsOverIsNotSentOn() {
        Server l2 = stack.server("l2a");
        origins.forEach(origin -> origin.slow(Duration.ofSeconds(2)));
        long start = System.nanoTime();
        var answer = stack.get(l2.uri("/late"), "X-Deadline-Ms", "200");
        assertThat(answer.statusCode()).isIn(502, 504);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1500));
    }

    @Test
    void serverThatDrainsSaysSoAndGoesOnAnswering() {
        Server l2 = stack.server("l2b");
        assertThat(stack.admin(l2, "PUT", "/_espalier/drain", "").body()).contains("true");
        assertThat(stack.get(l2.uri("/healthz")).statusCode()).isEqualTo(503);
        assertThat(stack.get(l2.uri("/a")).statusCode()).isEqualTo(200);
        for (Server l1 : stack.servers("l1")) {
            Await.until(
                    "L1 leaves it out",
                    () -> stack.peer(l1, "l2b").get("health").asString().equals("down"));
        }
        stack.admin(l2, "DELETE", "/_espalier/drain", "");
        for (Server l1 : stack.servers("l1")) {
            Await.until(
                    "L1 has it again",
                    () -> stack.peer(l1, "l2b").get("health").asString().equals("up"));
        }
    }

    @Test
    void adminEndpointTellsPrometheusAndTheTree() {
        Server l1 = stack.server("l1a");
        stack.get(l1.uri("/counted"));
        Await.until("it is counted", () -> stack.metric(l1, "lb_requests_total{status=\"2xx\"}") >= 1);
        assertThat(stack.metric(l1, "lb_peer_up{peer=\"l2a\"}")).isEqualTo(1);
        assertThat(stack.get(l1.adminUri("/_espalier/tree")).body())
                .startsWith("{\"lb\":{")
                .contains("\"2xx\":");
    }

    static <T> List<T> atOnce(int count, Callable<T> task) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = Collections.nCopies(count, task);
            return threads.invokeAll(tasks).stream().map(Future::resultNow).toList();
        }
    }

    @Test
    void otherMethodsAndUnknownPathsOfTheAdminEndpointAreRefused() {
        Server l1 = stack.server("l1a");
        assertThat(stack.admin(l1, "DELETE", "/_espalier/peers", "").statusCode())
                .isEqualTo(405);
        assertThat(stack.admin(l1, "POST", "/_espalier/drain", "x").statusCode())
                .isEqualTo(405);
        assertThat(stack.admin(l1, "GET", "/_espalier/other", "").statusCode()).isEqualTo(404);
        assertThat(stack.admin(l1, "PUT", "/_espalier/peers", "{").statusCode()).isEqualTo(400);
        assertThat(stack.admin(l1, "PUT", "/_espalier/peers", "x".repeat(1_100_000))
                        .statusCode())
                .isEqualTo(413);
        for (String authorization :
                List.of("Bearer", "Bearer wrong", "Basic " + Stack.TOKEN, "bearer " + Stack.TOKEN + "x")) {
            var answer = stack.send(HttpRequest.newBuilder(l1.adminUri("/_espalier/peers"))
                    .header("Authorization", authorization)
                    .build());
            assertThat(answer.statusCode()).as(authorization).isEqualTo(401);
        }
        assertThat(stack.send(HttpRequest.newBuilder(l1.adminUri("/_espalier/peers"))
                                .build())
                        .statusCode())
                .isEqualTo(401);
    }
}

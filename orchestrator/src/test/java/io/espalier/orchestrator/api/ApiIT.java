package io.espalier.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.RunningOrchestrator;
import io.espalier.protocol.api.OrchestratorApi;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest.Builder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ApiIT {

    private static final JsonMapper JSON = JsonMapper.shared();

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

    @Test
    void streamGivesEachEventUnderItsIdAndEndsWithTheRollout() {
        long rollout = endedRollout();

        HttpResponse<String> answer = orchestrator.send(
                orchestrator.asAdmin("/api/v1/rollouts/" + rollout + "/events").header("Accept", "text/event-stream"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(answer.body().lines().filter(line -> line.startsWith("event: ")))
                .containsExactly("event: started", "event: wave", "event: host", "event: ended", "event: end");
        assertThat(ids(answer)).hasSize(4).isSorted();
        assertThat(answer.body()).contains("\"state\":\"done\"");
    }

    @Test
    void streamGoesOnAfterTheLastEventThatWasSeen() {
        long rollout = endedRollout();
        String url = "/api/v1/rollouts/" + rollout + "/events";
        List<Long> all = ids(orchestrator.send(orchestrator.asAdmin(url).header("Accept", "text/event-stream")));

        HttpResponse<String> resumed = orchestrator.send(orchestrator
                .asAdmin(url)
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", Long.toString(all.get(1))));

        assertThat(ids(resumed)).isEqualTo(all.subList(2, all.size()));
    }

    @Test
    void sameAddressGivesAListToWhoDoesNotAskForAStream() {
        long rollout = endedRollout();

        for (String accept : List.of("*/*", "application/json")) {
            JsonNode events = json(orchestrator
                    .asAdmin("/api/v1/rollouts/" + rollout + "/events?since=0")
                    .header("Accept", accept));
            assertThat(events.isArray()).as(accept).isTrue();
            assertThat(events.size()).isEqualTo(4);
        }
    }

    @Test
    void whatIsNotThereIsToldWithItsReason() {
        for (String path : List.of(
                "/hosts/web77",
                "/hosts/..%2f",
                "/hosts/web77/explain?path=/etc/motd",
                "/hosts/web77/history?path=/etc/motd",
                "/rollouts/4711",
                "/sources/nope/sync")) {
            Builder request = orchestrator.asAdmin("/api/v1" + path);
            if (path.endsWith("sync")) {
                request.POST(BodyPublishers.noBody());
            }
            HttpResponse<String> answer = orchestrator.send(request);
            assertThat(answer.statusCode()).as(path).isIn(404, 400);
            if (answer.statusCode() == 404) {
                assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
                assertThat(JSON.readTree(answer.body()).path("reason").asString())
                        .isEqualTo("not-found");
            }
        }
    }

    @Test
    void nonsenseIsToldWithItsReason() {
        HttpResponse<String> noJson = orchestrator.send(orchestrator
                .asAdmin("/api/v1/rollouts")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"hosts\": 7")));
        HttpResponse<String> noNumber = orchestrator.send(orchestrator.asAdmin("/api/v1/rollouts/one"));
        HttpResponse<String> noPage = orchestrator.send(orchestrator.asAdmin("/api/v1/hosts?size=0"));

        for (HttpResponse<String> answer : List.of(noJson, noNumber, noPage)) {
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(JSON.readTree(answer.body()).path("reason").asString()).isEqualTo("malformed");
        }
    }

    @Test
    void fleetIsCheckedBeforeItIsInAnySource() {
        var files = new LinkedHashMap<String, String>();
        files.put("fleet.yaml", base64("fleet: try\ntiers: [ web ]\n"));
        files.put("hosts.yaml", base64("web1: { address: 10.0.0.1, tier: wbe }\n"));

        JsonNode problems = json(orchestrator
                .asAdmin("/api/v1/validate")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(Map.of("files", files)))));

        assertThat(problems.valueStream()
                        .filter(problem -> problem.path("message").asString().contains("unknown tier 'wbe'")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path("file").asString()).isEqualTo("hosts.yaml");
                    assertThat(problem.path("line").asInt()).isEqualTo(1);
                    assertThat(problem.path("severity").asString()).isEqualTo("error");
                    assertThat(problem.path("hint").asString()).contains("web");
                });
    }

    @Test
    void openApiDescribesEveryCall() {
        JsonNode description = json(orchestrator.asAdmin("/v3/api-docs"));

        var declared = new TreeSet<String>();
        Arrays.stream(OrchestratorApi.class.getMethods()).forEach(method -> {
            GetExchange get = method.getAnnotation(GetExchange.class);
            PostExchange post = method.getAnnotation(PostExchange.class);
            declared.add(get != null ? "get /api/v1" + get.value() : "post /api/v1" + post.value());
        });
        var described = new TreeSet<String>();
        description
                .path("paths")
                .properties()
                .forEach(path ->
                        path.getValue().propertyNames().forEach(verb -> described.add(verb + " " + path.getKey())));
        assertThat(declared).hasSizeGreaterThan(20);
        assertThat(described).containsAll(declared);
    }

    @Test
    void filesMayBeKeptForGoodAndPagesNotAtAll() {
        assertThat(orchestrator
                        .send(orchestrator.request("/assets/espalier.css?v=1"))
                        .headers()
                        .firstValue("Cache-Control")
                        .orElse(""))
                .contains("max-age=31536000")
                .contains("immutable");
        assertThat(orchestrator
                        .send(orchestrator.asAdmin("/fleet"))
                        .headers()
                        .firstValue("Cache-Control")
                        .orElse(""))
                .contains("no-store");
    }

    @Test
    void everyPageOfAnEmptyFleetSaysWhatToDo() {
        for (String page : List.of(
                "/fleet",
                "/fleet?view=table",
                "/sources",
                "/rollouts",
                "/drift",
                "/jobs",
                "/settings",
                "/plan",
                "/dns")) {
            HttpResponse<String> answer = orchestrator.send(orchestrator.asAdmin(page));
            assertThat(answer.statusCode()).as(page).isEqualTo(200);
            assertThat(answer.body()).as(page).contains("</html>");
        }
        assertThat(orchestrator.send(orchestrator.asAdmin("/fleet")).body()).contains("There is no fleet yet");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode json(Builder request) {
        HttpResponse<String> answer = orchestrator.send(request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static List<Long> ids(HttpResponse<String> answer) {
        return answer.body()
                .lines()
                .filter(line -> line.startsWith("id: "))
                .map(line -> Long.parseLong(line.substring(4)))
                .toList();
    }

    /** As the database holds it after the last host was through. */
    private static long endedRollout() {
        JdbcClient jdbc = orchestrator.bean(JdbcClient.class);
        String digest = "0".repeat(64);
        jdbc.sql("insert into rollout (fleet, kind, target, plan, revision, author, subject, started_by, strict,"
                        + " tier_order, canary, parallel, max_failures, soak_ms, confirm_ms, state, wave, waves, reason,"
                        + " detail, version, created_at, ended_at) values ('gone', 'DEPLOY', :digest, :digest,"
                        + " 'abc123', 'Ann', 'Try', 'ann', false, 'web', '1', '50%', 0, 0, 1000, 'done', 1, 1, '', '', 3,"
                        + " current_timestamp, current_timestamp)")
                .param("digest", digest)
                .update();
        long id = jdbc.sql("select max(id) from rollout").query(Long.class).single();
        event(jdbc, id, "STATE", "running");
        event(jdbc, id, "WAVE", "web1");
        event(jdbc, id, "APPLIED", "");
        event(jdbc, id, "VERDICT", "done: 1 host applied in 41 ms");
        return id;
    }

    private static void event(JdbcClient jdbc, long rollout, String kind, String detail) {
        jdbc.sql("insert into rollout_event (rollout_id, at, wave, host, kind, reason, detail, millis)"
                        + " values (:rollout, current_timestamp, 1, :host, :kind, '', :detail, 41)")
                .param("rollout", rollout)
                .param("host", kind.equals("APPLIED") ? "web1" : null, java.sql.Types.VARCHAR)
                .param("kind", kind)
                .param("detail", detail)
                .update();
    }
}

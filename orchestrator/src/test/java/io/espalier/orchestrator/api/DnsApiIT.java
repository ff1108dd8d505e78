package io.espalier.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.RunningOrchestrator;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.hosting.HostedRepositories;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Names, look-ups and purges of an orchestrator whose fleet nobody can reach. */
class DnsApiIT {

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    static Path folder;

    static RunningOrchestrator orchestrator;

    @BeforeAll
    static void start() throws IOException {
        Path seed = Files.createDirectories(folder.resolve("seed"));
        Files.writeString(seed.resolve("fleet.yaml"), "fleet: shop\ntiers: [ l1, web ]\n");
        Files.writeString(seed.resolve("hosts.yaml"), """
                lb1: { address: 127.0.0.3, port: 1, tier: l1, vars: { lb: { tier: web } } }
                web1: { address: 127.0.0.1, port: 1, tier: web }
                web2: { address: 127.0.0.2, port: 1, tier: web }
                """);
        Files.createDirectories(seed.resolve("units"));
        Files.writeString(seed.resolve("units/lb.yaml"), """
                unit: lb
                on: { tier: l1 }
                files: [ { to: /etc/nginx/espalier-peers.json, template: nginx-lua/l1.peers.json.ftl } ]
                """);
        Files.createDirectories(seed.resolve("templates/nginx-lua"));
        Files.writeString(seed.resolve("templates/nginx-lua/l1.peers.json.ftl"), "{}\n");
        Path data = folder.resolve("data");
        try (var repositories = new HostedRepositories(data.resolve("git"), PackLimits.DEFAULT)) {
            repositories.create(new SourceName("fleet"), seed);
        }
        orchestrator = RunningOrchestrator.start(data);
        Await.until(
                "the fleet has names, and nobody is there",
                Duration.ofSeconds(60),
                () -> get("/dns/names").toString().contains("all are down; all are given"));
    }

    @AfterAll
    static void stop() {
        orchestrator.close();
    }

    private static JsonNode get(String path) {
        HttpResponse<String> answer = orchestrator.send(orchestrator.asAdmin("/api/v1" + path));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static HttpResponse<String> purge(String body) {
        return orchestrator.send(orchestrator
                .asAdmin("/api/v1/dns/purge")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    @Test
    void tierWhoseHostsAreAllDownIsToldAndGivenWhole() {
        JsonNode tier = get("/dns/names?q=web.shop").get(0);

        assertThat(tier.path("kind").asString()).isEqualTo("tier");
        assertThat(tier.path("state").asString()).isEqualTo("down");
        assertThat(tier.path("detail").asString()).isEqualTo("all are down; all are given");
        assertThat(tier.path("answers").toString()).isEqualTo("[\"127.0.0.1\",\"127.0.0.2\"]");
    }

    @Test
    void lookUpTellsTheAnswerAndTheWayToIt() {
        JsonNode found = get("/dns/lookup?name=web2.shop.internal");

        assertThat(found.path("answers").get(0).path("origin").asString()).isEqualTo("local-zone");
        assertThat(found.path("answers")
                        .get(0)
                        .path("records")
                        .get(0)
                        .path("data")
                        .asString())
                .isEqualTo("127.0.0.2");
        assertThat(found.path("steps").get(0).path("stage").asString()).isEqualTo("zone");
        assertThat(get("/dns/lookup?name=nobody.shop.internal&type=A,AAAA").path("answers"))
                .hasSize(2)
                .allMatch(answer -> answer.path("status").asString().equals("NXDOMAIN"));
    }

    @Test
    void balancerAndWhatKeepsItFromItsPeersAreShown() {
        Await.until(
                "the balancer is known",
                Duration.ofSeconds(60),
                () -> get("/balancers").toString().contains("set espalier.balance.token"));
        JsonNode balancer = get("/balancers").get(0);
        assertThat(balancer.path("host").asString()).isEqualTo("lb1");
        assertThat(balancer.path("tier").asString()).isEqualTo("web");
        assertThat(balancer.path("state").asString()).isEqualTo("failing");
        assertThat(balancer.path("members").asInt()).isEqualTo(2);

        assertThat(orchestrator.send(orchestrator.asAdmin("/hosts/lb1")).body())
                .contains("to whom this load balancer sends")
                .contains("set espalier.balance.token");
        assertThat(orchestrator.send(orchestrator.asAdmin("/hosts/web1")).body())
                .doesNotContain("to whom this load balancer sends");
    }

    @Test
    void nonsenseIsRefused() {
        for (String query : new String[] {"name=a..b", "name=web1.shop.internal&type=NONE", "name="}) {
            HttpResponse<String> answer = orchestrator.send(orchestrator.asAdmin("/api/v1/dns/lookup?" + query));
            assertThat(answer.statusCode()).as(query).isEqualTo(400);
            assertThat(JSON.readTree(answer.body()).path("reason").asString()).isEqualTo("malformed");
        }
        assertThat(purge("{\"name\":\"a..b\",\"below\":false}").statusCode()).isEqualTo(400);
    }

    @Test
    void purgeIsWrittenIntoTheAuditTrail() {
        HttpResponse<String> answer = purge("{\"name\":\"www.example.com,example.org\",\"below\":true}");

        assertThat(answer.body()).isEqualTo("{\"names\":2}");
        assertThat(get("/audit?limit=5").toString()).contains("dns.purge").contains("www.example.com,example.org");
    }

    @Test
    void statsCountWhatClientsAsked() {
        JsonNode stats = get("/dns");
        assertThat(stats.path("state").asString()).isEqualTo("listening");
        assertThat(stats.path("zone").asString()).isEqualTo("shop.internal");
        String address = stats.path("addresses").get(0).asString();

        HttpResponse<String> answer = orchestrator.send(java.net.http.HttpRequest.newBuilder(
                        java.net.URI.create("http://" + address + "/dn?web1.shop.internal"))
                .timeout(Duration.ofSeconds(30)));

        assertThat(answer.body()).isEqualTo("127.0.0.1 10\n");
        Await.until(
                "it is counted",
                Duration.ofSeconds(60),
                () -> get("/dns").path("answers").path("local-zone").asInt() > 0);
        assertThat(get("/dns").path("hitRatio").asDouble()).isEqualTo(1.0);
    }

    @Test
    void pageShowsNamesAndALookUpWithItsWay() {
        String page = orchestrator
                .send(orchestrator.asAdmin("/dns?name=web1.shop.internal&type=A"))
                .body();

        assertThat(page)
                .contains("web.shop.internal")
                .contains("all are down; all are given")
                .contains("answered locally")
                .contains("Purge");
        assertThat(orchestrator.send(orchestrator.asAdmin("/dns?name=a..b")).body())
                .contains("role=\"alert\"");
    }
}

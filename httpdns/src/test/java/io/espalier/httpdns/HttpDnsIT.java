package io.espalier.httpdns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.httpdns.resolve.Upstream;
import io.espalier.httpdns.zone.FleetHost;
import io.espalier.httpdns.zone.Tier;
import io.espalier.httpdns.zone.ZoneContent;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of it, with unbound as upstream. */
@SuppressWarnings({"AddressSelection", "StringSplitter"}) // addresses in digits
class HttpDnsIT {
    private static final Path UNBOUND = Path.of("/usr/sbin/unbound");

    @TempDir
    private Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(60)).build();
    private Process unbound;
    private HttpDns server;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(UNBOUND), "unbound is not installed");
        var port = NameServers.freePort().getPort();
        var config = Files.writeString(folder.resolve("unbound.conf"), """
                server:
                  interface: 127.0.0.1@%d
                  directory: "%s"
                  pidfile: ""
                  username: ""
                  chroot: ""
                  use-syslog: no
                  do-daemonize: no
                  num-threads: 1
                  access-control: 127.0.0.0/8 allow
                  local-zone: "example.com." static
                  local-data: "www.example.com. 300 IN A 198.51.100.1"
                  local-data: "www.example.com. 300 IN A 198.51.100.2"
                  local-data: "www.example.com. 300 IN AAAA 2001:db8::1"
                  local-data: "mail.example.com. 300 IN MX 10 mx.example.com."
                  local-data: 'txt.example.com. 300 IN TXT "a text"'
                  local-data: "inside.example.com. 300 IN A 10.0.0.1"
                  local-data: "example.com. 60 IN SOA ns.example.com. root.example.com. 1 3600 600 86400 30"
                remote-control:
                  control-enable: no
                """.formatted(port, folder));
        unbound = new ProcessBuilder(UNBOUND.toString(), "-d", "-c", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("unbound.log").toFile())
                .start();
        var address = new InetSocketAddress("127.0.0.1", port);
        Await.until(
                "unbound answers",
                () -> NameServers.ask(address, "www.example.com", 1).getRcode() == 0);
        server = new HttpDns(HttpDnsSettings.of("127.0.0.1", 0, List.of(new Upstream(address))), Clock.systemUTC());
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (unbound != null) {
            unbound.destroy();
            unbound.waitFor();
        }
        client.close();
    }

    private HttpResponse<String> get(String target) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(target)).GET());
    }

    private HttpResponse<String> post(String target) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(target)).POST(HttpRequest.BodyPublishers.noBody()));
    }

    private URI uri(String target) {
        return URI.create("http://127.0.0.1:" + server.ports().getFirst() + target);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(
                request.version(HttpClient.Version.HTTP_1_1)
                        .timeout(Duration.ofSeconds(60))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void namesAreResolvedAndThenCached() throws Exception {
        // TTLs are a little less than 300, at random
        assertThat(get("/dn?www.example.com").body().lines().map(line -> line.replaceFirst(" (2[89]\\d|300)$", "")))
                .containsExactlyInAnyOrder("198.51.100.1", "198.51.100.2");
        assertThat(get("/dn?www.example.com&format=json").body()).contains("\"origin\":\"memory\"");
        assertThat(get("/resolve?name=mail.example.com&type=MX").body()).contains("\"data\":\"10 mx.example.com.\"");
        assertThat(get("/d?dn=www.example.com&type=aaaa").body()).isEqualTo("2001:db8::1");
        assertThat(get("/resolve?name=none.example.com").body()).startsWith("{\"Status\":3,");
        assertThat(get("/dn?inside.example.com").body()).isEmpty();
        assertThat(get("/metrics").body())
                .contains("httpdns_answers_total{origin=\"upstream\",kind=\"address\"} ")
                .contains("httpdns_upstream_down{upstream=\"127.0.0.1:");
        assertThat(get("/stats").body()).contains("\"upstreams\":{\"127.0.0.1:");
    }

    @Test
    void theWayToAnAnswerIsExplained() throws Exception {
        var first = get("/dn?txt.example.com&type=TXT&explain=1").body();
        assertThat(first)
                .contains("\"stage\":\"memory\"")
                .contains("\"stage\":\"upstream")
                .contains("a text");
        assertThat(get("/dn?txt.example.com&type=TXT&explain=1").body()).contains("\"decision\":\"fresh\"");
    }

    @Test
    void aPurgedNameIsAskedForAgain() throws Exception {
        get("/dn?www.example.com");
        assertThat(get("/dn?www.example.com&format=json").body()).contains("\"origin\":\"memory\"");
        assertThat(post("/purge?www.example.com").body()).isEqualTo("{\"purged\":1}\n");
        assertThat(get("/dn?www.example.com&format=json").body()).contains("\"origin\":\"upstream\"");
    }

    @Test
    void purgedTreeIsAskedForAgainAndNothingElse() throws Exception {
        get("/dn?www.example.com");
        get("/dn?mail.example.com&type=MX");
        get("/dn?none.other.test");
        assertThat(post("/purge?example.com&below=1").body()).isEqualTo("{\"purged\":3}\n");
        assertThat(get("/dn?www.example.com&format=json").body()).contains("\"origin\":\"upstream\"");
        assertThat(get("/dn?none.other.test&format=json").body()).contains("\"origin\":\"memory\"");
    }

    @Test
    void upstreamsAreToldOfToOperatorsOnly() throws Exception {
        unbound.destroyForcibly().waitFor();
        for (var target : List.of("/dn?a.example.com&format=json", "/resolve?name=a.example.com")) {
            assertThat(get(target).body()).contains("no upstream could answer").doesNotContain("127.0.0.1");
        }
        assertThat(get("/dn?a.example.com&explain=1").body()).contains("127.0.0.1:");
    }

    @Test
    void whatIsCachedIsAnsweredWithoutAnyUpstreamAndTheRestFails() throws Exception {
        get("/dn?www.example.com");
        unbound.destroyForcibly().waitFor();
        assertThat(get("/dn?www.example.com").body()).contains("198.51.100.1");
        var failed = get("/dn?other.example.com&format=json");
        assertThat(failed.statusCode()).isEqualTo(200);
        assertThat(failed.body()).contains("\"status\":\"SERVFAIL\"").contains("\"origin\":\"failure\"");
        assertThat(failed.headers().firstValue("cache-control")).contains("no-store");
    }

    @Test
    void aDeadHostLeavesTheAnswerOfItsTierAtOnce() throws Exception {
        server.zones(fleet(true));
        assertThat(get("/dn?web.demo.internal").body()).contains("10.9.0.1").contains("10.9.0.2");
        assertThat(get("/dn?web.demo.internal").body()).contains("10.9.0.1");
        server.zones(fleet(false));
        assertThat(get("/dn?web.demo.internal").body())
                .doesNotContain("10.9.0.1")
                .contains("10.9.0.2");
        assertThat(get("/dn?nobody.demo.internal").headers().firstValue("dns-status"))
                .contains("NXDOMAIN");
    }

    private static ZoneContent fleet(boolean isFirstUp) {
        return new ZoneContent(
                1,
                List.of("demo.internal"),
                List.of(
                        new FleetHost("web-1.demo.internal", List.of(InetAddress.ofLiteral("10.9.0.1")), isFirstUp),
                        new FleetHost("web-2.demo.internal", List.of(InetAddress.ofLiteral("10.9.0.2")), true)),
                List.of(new Tier("web.demo.internal", List.of("web-1.demo.internal", "web-2.demo.internal"))),
                List.of(),
                List.of(),
                Duration.ofSeconds(10));
    }

    @Test
    void aSuccessorTakesThePortOver() throws Exception {
        var port = server.ports().getFirst();
        var settings =
                HttpDnsSettings.of("127.0.0.1", port, List.of(new Upstream(new InetSocketAddress("127.0.0.1", 1))));
        var front = settings.front();
        var successor = new HttpDns(
                settings.with(fleet(true))
                        .with(new io.espalier.httpdns.front.FrontSettings(
                                front.listen(), List.of(), front.tls(), 2, front.limits(), front.subnets(), true)),
                Clock.systemUTC());
        server.close();
        server = successor;
        for (var i = 0; i < 20; i++) {
            assertThat(get("/dn?web-1.demo.internal").body()).isEqualTo("10.9.0.1 10\n");
        }
    }

    @Test
    void namesAreWarmedUpBeforeAnyoneAsks() throws Exception {
        var base = HttpDnsSettings.of(
                "127.0.0.1",
                0,
                List.of(new Upstream(new InetSocketAddress(
                        "127.0.0.1",
                        Integer.parseInt(
                                server.counts().upstreams().getFirst().name().split(":")[1])))));
        try (var warm = new HttpDns(
                new HttpDnsSettings(
                        base.resolving(),
                        base.zones(),
                        base.front(),
                        base.access(),
                        List.of("www.example.com", "www.example.com AAAA"),
                        base.drain()),
                Clock.systemUTC())) {
            Await.until("both are there", () -> warm.counts().names() == 2);
        }
    }
}

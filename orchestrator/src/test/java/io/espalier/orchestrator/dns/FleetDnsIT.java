package io.espalier.orchestrator.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.tree.Batch;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Fleets;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Registries;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real server with a fleet's names, asked over HTTP. */
class FleetDnsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final Clock clock = Clock.systemUTC();
    private final HostRegistry registry = Registries.fresh(clock);
    private final AtomicReference<Optional<Fleet>> fleet =
            new AtomicReference<>(Optional.of(Fleets.read(Fleets.threeHosts())));
    private final HttpClient client = HttpClient.newHttpClient();
    private final Queue<Batch> leaves = new ConcurrentLinkedQueue<>();
    private @Nullable FleetDns dns;

    @AfterEach
    void stop() {
        if (dns != null) {
            dns.close();
        }
        client.close();
    }

    private static DnsProperties properties(String listen, @Nullable Path config) {
        return new DnsProperties(true, listen, null, Duration.ofSeconds(10), List.of("127.0.0.1:9"), 1, config);
    }

    private FleetDns start(DnsProperties properties) {
        var started = new FleetDns(properties, fleet::get, registry, leaves::add, clock);
        dns = started;
        started.start();
        return started;
    }

    private FleetDns listening() {
        FleetDns started = start(properties("127.0.0.1:0", null));
        Await.until("the zone is there", PATIENCE, () -> started.zone().isPresent());
        return started;
    }

    private HttpResponse<String> get(String target) throws IOException, InterruptedException {
        var state = (DnsState.Listening) dns.state();
        return client.send(
                HttpRequest.newBuilder(URI.create("http://" + state.addresses().getFirst() + target))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/dn?web1.shop.internal | 10.0.3.1 10",
                "/d?dn=web1.shop.internal | 10.0.3.1",
                "/100000/d?host=web1.shop.internal | 10.0.3.1",
                "/v2/d?id=100000&dn=web1.shop.internal&m=0 | 10.0.3.1",
                "/resolve?domain=web1.shop.internal&account_id=1 | 10.0.3.1",
                "/resolve?name=web1.shop.internal | 10.0.3.1",
                "/dn?1.3.0.10.in-addr.arpa&type=PTR | web1.shop.internal.",
            })
    void hostsAreAnsweredInEveryDialect(String target, String expected) throws Exception {
        listening();

        HttpResponse<String> answer = get(target);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains(expected);
    }

    @Test
    void deadHostLeavesItsTiersAnswerAndReturns() throws Exception {
        registry.seen(new HostName("web1"), Reports.status(clock.instant()));
        registry.seen(new HostName("web2"), Reports.status(clock.instant()));
        listening();
        assertThat(get("/dn?web.shop.internal").body().lines()).hasSize(2);

        registry.lost(new HostName("web1"), Reason.UNREACHABLE, "gone");
        Await.until(
                "web1 has left",
                PATIENCE,
                () -> get("/dn?web.shop.internal").body().equals("10.0.3.2 10\n"));
        assertThat(get("/dn?web1.shop.internal").body()).isEqualTo("10.0.3.1 10\n");

        registry.lost(new HostName("web2"), Reason.UNREACHABLE, "gone");
        Await.until(
                "all are given when none is up",
                PATIENCE,
                () -> get("/dn?web.shop.internal&format=json")
                        .body()
                        .contains("all members of web.shop.internal are down"));
        assertThat(get("/dn?web.shop.internal").body().lines()).hasSize(2);

        registry.seen(new HostName("web1"), Reports.status(clock.instant()));
        Await.until(
                "web1 is back",
                PATIENCE,
                () -> get("/dn?web.shop.internal").body().equals("10.0.3.1 10\n"));
    }

    @Test
    void newRevisionOfTheFleetIsAnsweredAtOnce() throws Exception {
        listening();
        assertThat(get("/dn?web3.shop.internal").headers().firstValue("DNS-Status"))
                .hasValue("NXDOMAIN");

        fleet.set(Optional.of(
                Fleets.read(Fleets.threeHosts().with("hosts.yaml", "web3: { address: 10.0.3.3, tier: web }\n"))));

        Await.until(
                "web3 is there",
                PATIENCE,
                () -> get("/dn?web3.shop.internal").body().equals("10.0.3.3 10\n"));
        assertThat(get("/dn?web1.shop.internal").headers().firstValue("DNS-Status"))
                .hasValue("NXDOMAIN");
    }

    @Test
    void overridesAndViewsOfTheFileWinOverTheFleet() throws Exception {
        Path file = Files.writeString(folder.resolve("httpdns.yaml"), """
                views:
                  - { name: inside, networks: [ 127.0.0.0/8 ] }
                records:
                  - { name: web1.shop.internal, data: 192.0.2.1 }
                  - { name: web1.shop.internal, data: 192.0.2.2, view: inside }
                """);
        FleetDns started = start(properties("127.0.0.1:0", file));
        Await.until("the zone is there", PATIENCE, () -> started.zone().isPresent());

        assertThat(get("/dn?web1.shop.internal").body()).isEqualTo("192.0.2.2 60\n");
        assertThat(get("/dn?web2.shop.internal").body()).isEqualTo("10.0.3.2 10\n");
    }

    @Test
    void mistakeInTheFileIsToldWithItsPlace() throws Exception {
        Path file = Files.writeString(folder.resolve("httpdns.yaml"), "uptreams: [ 127.0.0.1 ]\n");

        assertThatThrownBy(
                        () -> new FleetDns(properties("127.0.0.1:0", file), fleet::get, registry, leaves::add, clock))
                .hasMessageContaining("httpdns.yaml:1:1")
                .hasMessageContaining("uptreams");
    }

    @Test
    void takenPortIsToldAndTriedAgain() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            FleetDns started = start(properties("127.0.0.1:" + taken.getLocalPort(), null));
            Await.until("it says so", PATIENCE, () -> started.state() instanceof DnsState.Failing);
            assertThat(((DnsState.Failing) started.state()).why()).contains(String.valueOf(taken.getLocalPort()));
            assertThat(started.server()).isEmpty();
        }
        Await.until("it listens", PATIENCE, () -> dns.state() instanceof DnsState.Listening);
    }

    @Test
    void figuresAreGivenToTheTree() {
        listening();

        Await.until("the tree is told", PATIENCE, () -> !leaves.isEmpty());
        assertThat(leaves.peek().leaves()).isGreaterThan(20);
    }

    @Test
    void switchedOffItDoesNothing() {
        var off = new DnsProperties(false, "127.0.0.1:0", null, Duration.ofSeconds(10), List.of(), 1, null);

        assertThat(start(off).state()).isEqualTo(new DnsState.Off());
    }
}

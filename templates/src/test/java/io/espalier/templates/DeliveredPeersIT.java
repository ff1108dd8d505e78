package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.balance.BalanceProperties;
import io.espalier.orchestrator.balance.BalancerState;
import io.espalier.orchestrator.balance.Balancers;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.FleetReader;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostRows;
import io.espalier.orchestrator.host.LeadLinks;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.host.LocalLinks;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.orchestrator.store.Lead;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.Facts;
import io.espalier.protocol.wire.Message;
import io.espalier.templates.Stack.Server;
import io.espalier.testkit.Await;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The orchestrator's peers, taken by a real nginx from the rendered configuration, without a reload. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveredPeersIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HostName LB = new HostName("l2a");

    @TempDir
    static Path root;

    private final Clock clock = Clock.systemUTC();
    private final List<Origin> origins = new ArrayList<>();
    private final AtomicReference<Optional<Fleet>> fleet = new AtomicReference<>(Optional.empty());
    private Stack stack;
    private Links links;
    private DataSource database;
    private HostRegistry registry;
    private @Nullable Balancers balancers;

    @BeforeAll
    void start() {
        Nginx.assumeInstalled();
        for (String name : List.of("weba", "webb", "webc")) {
            origins.add(Origin.start(name));
        }
        stack = new Stack(root)
                .layer("l2", 1, Map.of("tier", "web", "cache", Map.of("paths", List.of("/none"))))
                .origins("web", i -> origins.get(i).port(), 1)
                .start();
        database = database();
        registry = new HostRegistry(new HostRows(database), clock);
        links = new LeadLinks(
                new LocalLinks(_ -> root.resolve("no.sock"), registry::welcome, LinkLimits.DEFAULT, new Traffic()),
                Lead.ALONE);
    }

    private static DataSource database() {
        var fresh = new JdbcDataSource();
        fresh.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure()
                .dataSource(fresh)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return fresh;
    }

    @AfterAll
    void stop() {
        if (stack != null) {
            stack.close();
            links.close();
            origins.forEach(Origin::close);
        }
    }

    @AfterEach
    void rest() {
        if (balancers != null) {
            balancers.close();
        }
        assertThat(stack.defects()).isEmpty();
    }

    private Server lb() {
        return stack.server("l2a");
    }

    /** The balancer is this machine, so that it is reached without SSH. */
    private Fleet fleet(Map<String, Map<String, Object>> webs) {
        var hosts = new LinkedHashMap<String, Object>();
        hosts.put(
                "l2a",
                Map.of(
                        "tier",
                        "l2",
                        "vars",
                        Map.of("lb", Map.of("tier", "web", "admin", "127.0.0.1:" + lb().admin()))));
        webs.forEach((name, more) -> {
            var lb = new LinkedHashMap<String, Object>(more);
            lb.put("port", origin(name).port());
            hosts.put(name, Map.of("tier", "web", "address", "127.0.0.1", "vars", Map.of("lb", lb)));
        });
        var texts = new TreeMap<String, String>();
        texts.put("fleet.yaml", "fleet: lb\ntiers: [ l2, web ]\n");
        texts.put("hosts.yaml", JSON.writeValueAsString(hosts));
        texts.put("units/l2.yaml", """
                unit: lb-l2
                on: { tier: l2 }
                files: [ { to: /etc/nginx/espalier-peers.json, template: nginx-lua/l2.peers.json.ftl } ]
                """);
        texts.put("templates/nginx-lua/l2.peers.json.ftl", "");
        var reading = new FleetReader().read(FolderSnapshot.of("lb", texts));
        return reading.fleet().orElseThrow(() -> new AssertionError(reading.problems()));
    }

    private Origin origin(String name) {
        return origins.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Balancers deliver(DataSource versions, @Nullable String token) {
        var made = new Balancers(new BalanceProperties(true, token), fleet::get, registry, links, versions, clock);
        balancers = made;
        made.start();
        return made;
    }

    private static void awaitCurrent(Balancers balancers, long least) {
        Await.until(
                "version " + least + " or more is delivered",
                LIMIT,
                () -> balancers
                        .state(LB)
                        .filter(state -> state.isCurrent() && state.version() >= least)
                        .isPresent());
    }

    private void awaitUsed(long version) {
        Await.until("every worker uses " + version, LIMIT, () -> stack.workersUse(lb(), version));
    }

    private long version() {
        return stack.peers(lb()).get("version").asLong();
    }

    private void seen(String host) {
        var facts = new Facts(host, 1, 1, "", "", "", List.of());
        registry.seen(
                new HostName(host),
                new Message.Status(
                        Optional.empty(), 1, false, Optional.empty(), 0, clock.instant(), clock.instant(), facts));
    }

    @Test
    void changesOfFleetAndHealthReachEveryWorkerWithoutAReload() {
        List<Long> workers = lb().nginx().workers();
        seen("weba");
        seen("webb");
        fleet.set(Optional.of(fleet(Map.of("weba", Map.of(), "webb", Map.of()))));
        Balancers running = deliver(database, Stack.TOKEN);
        awaitCurrent(running, 1);
        awaitUsed(version());
        assertThat(stack.peer(lb(), "webb").get("state").asString()).isEqualTo("up");

        registry.lost(new HostName("webb"), Reason.UNREACHABLE, "gone");
        Await.until(
                "webb is down",
                LIMIT,
                () -> stack.peer(lb(), "webb").get("state").asString().equals("down"));
        awaitUsed(version());
        origins.forEach(Origin::forget);
        for (int i = 0; i < 20; i++) {
            assertThat(stack.get(lb().uri("/page" + i)).statusCode()).isEqualTo(200);
        }
        assertThat(origin("webb").asked()).isEmpty();

        fleet.set(Optional.of(
                fleet(Map.of("weba", Map.of("drain", true), "webb", Map.of(), "webc", Map.of("weight", 7)))));
        Await.until(
                "webc has come",
                LIMIT,
                () -> stack.peers(lb()).get("members").toString().contains("webc"));
        assertThat(stack.peer(lb(), "weba").get("state").asString()).isEqualTo("drain");
        assertThat(stack.peer(lb(), "webc").get("weight").asInt()).isEqualTo(7);
        seen("webb");
        Await.until(
                "webb is back",
                LIMIT,
                () -> stack.peer(lb(), "webb").get("state").asString().equals("up"));
        assertThat(lb().nginx().workers()).isEqualTo(workers);
    }

    @Test
    void versionsGoOnAfterARestartAndBeyondALostDatabase() {
        fleet.set(Optional.of(fleet(Map.of("weba", Map.of("weight", 11)))));
        Balancers first = deliver(database, Stack.TOKEN);
        awaitCurrent(first, 1);
        long before = version();
        first.close();

        fleet.set(Optional.of(fleet(Map.of("weba", Map.of("weight", 12)))));
        Balancers second = deliver(database, Stack.TOKEN);
        awaitCurrent(second, before + 1);
        assertThat(version()).isEqualTo(before + 1);
        second.close();

        fleet.set(Optional.of(fleet(Map.of("weba", Map.of("weight", 13)))));
        Balancers third = deliver(database(), Stack.TOKEN);
        awaitCurrent(third, before + 2);
        assertThat(stack.peer(lb(), "weba").get("weight").asInt()).isEqualTo(13);
    }

    @Test
    void balancerThatRefusesSaysWhyAndIsAskedAgain() {
        fleet.set(Optional.of(fleet(Map.of("weba", Map.of()))));
        assertError(deliver(database, "some other token of somebody"), "it answered 401 bad-token");
        balancers.close();
        assertError(deliver(database, null), "set espalier.balance.token");
        balancers.close();

        Balancers running = deliver(database, Stack.TOKEN);
        awaitCurrent(running, 1);
        assertThat(running.state(LB).orElseThrow().error()).isEmpty();
    }

    @Test
    void deadBalancerIsToldAndGetsItsPeersWhenItIsBack() {
        fleet.set(Optional.of(fleet(Map.of("weba", Map.of("weight", 21)))));
        Balancers running = deliver(database, Stack.TOKEN);
        awaitCurrent(running, 1);
        lb().nginx().quit();

        fleet.set(Optional.of(fleet(Map.of("weba", Map.of("weight", 22)))));
        assertError(running, "nothing listens on 127.0.0.1:" + lb().admin());
        lb().nginx().startAgain();

        Await.until(
                "it has them",
                LIMIT,
                () -> stack.peer(lb(), "weba").get("weight").asInt() == 22);
        Await.until(
                "nothing is wrong any more",
                LIMIT,
                () -> running.state(LB).orElseThrow().error().isEmpty());
    }

    private static void assertError(Balancers of, String part) {
        Await.until(
                "it says: " + part,
                LIMIT,
                () -> of.state(LB).flatMap(BalancerState::error).orElse("").contains(part));
    }
}

package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.templates.Load.Ended;
import io.espalier.templates.Stack.Member;
import io.espalier.templates.Stack.Server;
import io.espalier.testkit.Await;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two L1, two L2 and two origins under requests at a constant rate, while the stack is changed and broken. */
class StackUnderChangeIT {

    @TempDir
    Path root;

    private final List<Origin> origins = new ArrayList<>();
    private Stack stack;
    private long version;

    @BeforeEach
    void start() {
        Nginx.assumeInstalled();
        origins.add(Origin.start("weba"));
        origins.add(Origin.start("webb"));
        stack = new Stack(root)
                .layer("l1", 2, Map.of("rate", Map.of("on", false)))
                .layer("l2", 2, Map.of("tier", "web"))
                .origins("web", i -> origins.get(i).port(), 2)
                .start();
    }

    @AfterEach
    void stop() {
        if (stack != null) {
            stack.close();
            origins.forEach(Origin::close);
        }
    }

    /** Nine of ten pass through to an origin, one is a name out of 500 that may be kept. */
    private IntFunction<URI> requests() {
        List<Server> l1 = stack.servers("l1");
        return i -> l1.get(i % 2).uri(i % 10 == 0 ? "/dn?name" + i % 500 + ".example" : "/page" + i);
    }

    private List<Member> webs(int turn) {
        return List.of(
                new Member("weba", origins.get(0).port()).with("weight", 50 + turn % 5 * 25),
                new Member("webb", origins.get(1).port())
                        .with("weight", 100)
                        .with("state", turn % 3 == 0 ? "drain" : "up"));
    }

    private List<Member> canaries() {
        return List.of(
                new Member("weba", origins.get(0).port()),
                new Member("webb", origins.get(1).port()).with("group", "next"));
    }

    private List<Member> l2s(int turn) {
        List<Server> servers = stack.servers("l2");
        return List.of(
                new Member("l2a", servers.get(0).port()).with("weight", 100 + turn % 4 * 50),
                new Member("l2b", servers.get(1).port()).with("state", turn % 4 == 1 ? "drain" : "up"));
    }

    /** Changes members, weights and canaries of one server after the other, and reloads one now and then. */
    private void change(int changes, int reloads, Duration between) {
        List<Server> all = new ArrayList<>(stack.servers("l1"));
        all.addAll(stack.servers("l2"));
        for (int i = 0; i < changes; i++) {
            Server server = all.get(i % all.size());
            version++;
            String document;
            if (server.name().startsWith("l1")) {
                document = Stack.document(version, "l2", l2s(i / 4));
            } else if (i % 3 == 0) {
                document = Stack.document(version, "web", canaries(), Map.of("group", "next", "percent", i % 100));
            } else {
                document = Stack.document(version, "web", webs(i));
            }
            stack.push(server, document);
            if (i * reloads / changes != (i + 1) * reloads / changes) {
                all.get((i / 5) % all.size()).nginx().reload();
            }
            LockSupport.parkNanos(between.toNanos());
        }
    }

    private void changesAndReloads(int rate, int changes, int reloads, Duration between) {
        List<Ended> ended;
        try (var load = Load.of(rate, requests())) {
            change(changes, reloads, between);
            ended = load.stop();
        }
        assertThat(Load.failed(ended)).as("of %d", ended.size()).isEmpty();
        assertThat(ended).hasSizeGreaterThan(100);
        for (Server server : stack.servers("l")) {
            long last = stack.peers(server).get("version").asLong();
            Await.until("all workers use it", () -> stack.workersUse(server, last));
        }
        assertThat(stack.defects()).isEmpty();
    }

    @Test
    void noRequestFailsDuringChangesAndReloads() {
        changesAndReloads(200, 40, 6, Duration.ofMillis(100));
    }

    @Test
    @Tag("long")
    void noRequestFailsDuringHundredChangesAndTwentyReloads() {
        changesAndReloads(500, 100, 20, Duration.ofMillis(500));
    }

    @Test
    void killedL2CostsNoMoreThanTheBudgetAndNothingAfterTwoSeconds() {
        killL2(200, Duration.ofSeconds(4));
    }

    @Test
    @Tag("long")
    void killedL2UnderHeavierLoad() {
        killL2(800, Duration.ofSeconds(15));
    }

    private void killL2(int rate, Duration after) {
        List<Ended> ended;
        long killed;
        try (var load = Load.of(rate, requests())) {
            Await.until(
                    "some seconds of load",
                    () -> load.now() > Duration.ofSeconds(1).toNanos());
            killed = load.now();
            stack.server("l2b").nginx().kill();
            Await.until("the rest of the load", Duration.ofMinutes(1), () -> load.now() > killed + after.toNanos());
            ended = load.stop();
        }
        List<Ended> failed = Load.failed(ended);
        double refused = stack.servers("l1").stream()
                .mapToDouble(l1 -> stack.metric(l1, "lb_retries_refused_total"))
                .sum();
        double retries = stack.servers("l1").stream()
                .mapToDouble(l1 -> stack.metric(l1, "lb_retries_total"))
                .sum();
        assertThat(retries).as("retries").isBetween(1.0, 20.0 * 4 + ended.size() * 0.1);
        assertThat((double) failed.size()).as("%s", failed).isLessThanOrEqualTo(refused);
        assertThat(failed)
                .as("after two seconds")
                .noneMatch(one -> one.at() > killed + Duration.ofSeconds(2).toNanos());

        stack.server("l2b").nginx().startAgain();
        for (Server l1 : stack.servers("l1")) {
            Await.until(
                    "it is in use again",
                    () -> stack.peer(l1, "l2b").get("health").asString().equals("up"));
        }
    }

    @Test
    void drainedL2IsStoppedWithoutAFailedRequest() {
        origins.forEach(origin -> origin.slow(Duration.ofMillis(50)));
        List<Ended> ended;
        Server drained = stack.server("l2b");
        try (var load = Load.of(200, requests())) {
            Await.until("some load", () -> load.now() > Duration.ofSeconds(1).toNanos());
            version++;
            List<Member> members = List.of(
                    new Member("l2a", stack.server("l2a").port()),
                    new Member("l2b", drained.port()).with("state", "drain"));
            for (Server l1 : stack.servers("l1")) {
                stack.pushAndAwait(l1, Stack.document(version, "l2", members));
            }
            for (Server l1 : stack.servers("l1")) {
                Await.until(
                        "nothing is under way",
                        () -> stack.peer(l1, "l2b").get("inflight").asInt() == 0);
            }
            drained.nginx().quit();
            long quit = load.now();
            Await.until(
                    "load after it",
                    () -> load.now() > quit + Duration.ofSeconds(2).toNanos());
            ended = load.stop();
        }
        assertThat(Load.failed(ended)).as("of %d", ended.size()).isEmpty();
        assertThat(stack.servers("l1").stream()
                        .mapToDouble(l1 -> stack.metric(l1, "lb_retries_total"))
                        .sum())
                .as("not even a retry")
                .isZero();
    }

    @Test
    void canaryGetsItsShareOfClients() {
        Server l2 = stack.server("l2a");
        var rule = new HashMap<String, Object>(Map.of("group", "next", "percent", 20));
        stack.pushAndAwait(l2, Stack.document(++version, "web", canaries(), rule));
        int inside = 0;
        for (int i = 0; i < 1000; i++) {
            var answer = stack.get(l2.uri("/a"), "X-Real-IP", "10.1." + i / 250 + "." + i % 250);
            inside += answer.headers().firstValue("x-canary").isPresent() ? 1 : 0;
        }
        double chiSquare = Math.pow(inside - 200, 2) / 200 + Math.pow(inside - 200, 2) / 800;
        assertThat(chiSquare).as("%d of 1000", inside).isLessThan(6.63);
    }
}

package io.espalier.orchestrator.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.wire.Facts;
import io.espalier.protocol.wire.Message;
import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class HostRegistryTest {

    private static final HostName WEB1 = new HostName("web1");
    private static final ReleaseId ONE = new ReleaseId(Digest.of(new byte[] {1}));
    private static final ReleaseId TWO = new ReleaseId(Digest.of(new byte[] {2}));
    private static final Facts FACTS = new Facts(
            "web1",
            2,
            1L << 30,
            "Debian GNU/Linux 12 (bookworm)",
            "6.1",
            "amd64",
            List.of(new Facts.Interface("eth0", List.of("10.0.3.11", "fe80::1"))));

    private final DataSource database = database();
    private final MutableClock clock = MutableClock.fixed();
    private final HostRegistry registry = new HostRegistry(new HostRows(database), clock);

    /** A new one each time. */
    DataSource database() {
        return Databases.fresh();
    }

    private HostRegistry reopened() {
        return new HostRegistry(new HostRows(database), clock);
    }

    private void enrol(String name, String auid) {
        registry.enrol(
                new HostName(name),
                new HostRecord.Enrolment(
                        new Auid(auid),
                        "10.0.3.11",
                        22,
                        "espalier",
                        Optional.of("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDummy"),
                        List.of("mobile", "eu"),
                        clock.instant()));
    }

    private Message.Status status(Optional<ReleaseId> release, int drifted, Duration skew) {
        return new Message.Status(
                release,
                5,
                false,
                Optional.empty(),
                drifted,
                clock.instant().plus(skew),
                clock.instant().minusSeconds(60),
                FACTS);
    }

    private HostRecord.Verdict verdict() {
        return registry.find(WEB1).orElseThrow().verdict(clock.instant());
    }

    @Test
    void whatWasUnderWayAtAKillIsNotSoAfterARestart() {
        enrol("web1", "a-1");
        registry.phase(WEB1, HostPhase.of(HostPhase.Kind.APPLYING));

        assertThat(reopened().find(WEB1).orElseThrow().phase()).isEqualTo(HostPhase.NONE);
    }

    @Test
    void everythingThatWasToldIsThereAfterARestart() {
        enrol("web1", "a-1");
        registry.want(Map.of(WEB1, TWO));
        registry.seen(WEB1, status(Optional.of(ONE), 3, Duration.ofSeconds(1)));
        registry.phase(WEB1, HostPhase.of(HostPhase.Kind.FAILED, Reason.UNHEALTHY, "503"));
        registry.keyRefused(WEB1, Reason.HOST_KEY_CHANGED, "it presented another", Optional.of("ssh-ed25519 BBBB"));

        assertThat(reopened().all()).isEqualTo(registry.all());
        HostRecord record = reopened().find(WEB1).orElseThrow();
        assertThat(record.report().orElseThrow().facts()).isEqualTo(FACTS);
        assertThat(record.presentedKey()).contains("ssh-ed25519 BBBB");
        assertThat(record.enrolment().orElseThrow().tags()).containsExactly("mobile", "eu");
    }

    @Test
    void idOfAnAgentIsNeverGivenTwice() {
        enrol("web1", "a-1");
        assertThatThrownBy(() -> enrol("web2", "a-1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("belongs to web1");
        registry.forget(WEB1);
        assertThatThrownBy(() -> enrol("web2", "a-1")).isInstanceOf(IllegalArgumentException.class);
        enrol("web1", "a-1");
        assertThat(registry.auid(WEB1)).contains(new Auid("a-1"));
    }

    @Test
    void agentWithAnotherIdIsRefused() {
        enrol("web1", "a-1");
        var host = Hosts.local("web1");
        registry.welcome(host, new Message.Welcome(1, new Auid("a-1"), "1.2\u0007" + "x".repeat(100)));
        assertThat(registry.find(WEB1).orElseThrow().agentVersion())
                .hasValueSatisfying(
                        version -> assertThat(version).startsWith("1.2?x").hasSize(64));
        assertThatThrownBy(() -> registry.welcome(host, new Message.Welcome(1, new Auid("a-9"), "1.2")))
                .isInstanceOfSatisfying(LinkException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.WRONG_HOST);
                    assertThat(e).hasMessageContaining("a-9").hasMessageContaining("a-1");
                });
        assertThatThrownBy(() -> registry.welcome(Hosts.local("web2"), new Message.Welcome(1, new Auid("a-1"), "1")))
                .isInstanceOfSatisfying(
                        LinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_ENROLLED));
    }

    @Test
    void linksThatMeetAnAgentAtOnceAdoptItTogether() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var welcomes = new ArrayList<Callable<Void>>();
            for (int i = 0; i < 200; i++) {
                String name = "h" + i / 4;
                var host =
                        Hosts.at(name, "10.0.0.1", 22, "espalier", Optional.of("ssh-ed25519 AAAA"), Optional.empty());
                welcomes.add(() -> {
                    registry.welcome(host, new Message.Welcome(1, new Auid("a-" + name), "1"));
                    return null;
                });
            }
            for (Future<Void> welcome : threads.invokeAll(welcomes)) {
                assertThat(welcome.get()).isNull();
            }
        }
        assertThat(registry.auid(new HostName("h49"))).contains(new Auid("a-h49"));
    }

    @Test
    void manyWritersAtOnceWaitForNobodysTransaction() throws Exception {
        var hosts = IntStream.range(0, 100).mapToObj(i -> Hosts.local("h" + i)).toList();
        registry.meet(hosts);
        var wanted = new TreeMap<HostName, ReleaseId>();
        hosts.forEach(host -> wanted.put(host.name(), ONE));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writers = new ArrayList<Callable<Void>>();
            for (var host : hosts) {
                writers.add(() -> {
                    for (int i = 0; i < 20; i++) {
                        registry.lost(host.name(), Reason.AGENT_DOWN, "attempt " + i);
                    }
                    return null;
                });
            }
            for (int i = 0; i < 20; i++) {
                ReleaseId release = i % 2 == 0 ? TWO : ONE;
                writers.add(() -> {
                    var all = new TreeMap<HostName, ReleaseId>();
                    wanted.keySet().forEach(name -> all.put(name, release));
                    registry.want(all);
                    return null;
                });
            }
            for (Future<Void> writer : threads.invokeAll(writers, 20, TimeUnit.SECONDS)) {
                assertThat(writer.get()).isNull();
            }
        }
        assertThat(registry.all()).hasSize(100);
    }

    @Test
    void stateFollowsWhatIsKnown() {
        registry.meet(List.of(Hosts.local("web1")));
        assertThat(verdict().state()).isEqualTo(HostState.UNREACHABLE);
        assertThat(verdict().reason()).contains(Reason.NOT_ENROLLED);

        enrol("web1", "a-1");
        assertThat(verdict().state()).isEqualTo(HostState.STALE);

        registry.seen(WEB1, status(Optional.of(ONE), 0, Duration.ZERO));
        assertThat(verdict().state()).isEqualTo(HostState.IN_SYNC);

        registry.want(Map.of(WEB1, TWO));
        assertThat(verdict().state()).isEqualTo(HostState.PENDING);

        registry.phase(WEB1, HostPhase.of(HostPhase.Kind.APPLYING));
        assertThat(verdict().state()).isEqualTo(HostState.APPLYING);

        registry.phase(WEB1, HostPhase.NONE);
        registry.seen(WEB1, status(Optional.of(TWO), 2, Duration.ZERO));
        assertThat(verdict())
                .isEqualTo(
                        new HostRecord.Verdict(HostState.DRIFTED, Optional.empty(), "2 paths differ from the release"));

        registry.lost(WEB1, Reason.AGENT_DOWN, "no agent listens");
        assertThat(verdict())
                .isEqualTo(new HostRecord.Verdict(
                        HostState.UNREACHABLE, Optional.of(Reason.AGENT_DOWN), "no agent listens"));

        registry.seen(WEB1, status(Optional.of(TWO), 0, Duration.ofMinutes(-7)));
        assertThat(verdict())
                .isEqualTo(new HostRecord.Verdict(
                        HostState.WAITING, Optional.of(Reason.WRONG_CLOCK), "its clock is 7 min behind"));

        registry.seen(WEB1, status(Optional.of(TWO), 0, Duration.ZERO));
        assertThat(verdict().state()).isEqualTo(HostState.IN_SYNC);
        clock.advance(Duration.ofMinutes(3));
        assertThat(verdict().state()).isEqualTo(HostState.STALE);
    }

    @Test
    void failureIsOverWhenWhatFailedIsNoLongerWanted() {
        enrol("web1", "a-1");
        registry.want(Map.of(WEB1, TWO));
        registry.seen(WEB1, status(Optional.of(ONE), 0, Duration.ZERO));
        registry.phase(WEB1, HostPhase.of(HostPhase.Kind.FAILED, Reason.UNHEALTHY, "503"));
        assertThat(verdict().state()).isEqualTo(HostState.FAILED);

        registry.want(Map.of(WEB1, ONE));
        assertThat(verdict().state()).isEqualTo(HostState.IN_SYNC);
        registry.seen(WEB1, status(Optional.of(ONE), 1, Duration.ZERO));
        assertThat(verdict().state()).isEqualTo(HostState.FAILED);
    }

    @Test
    void newEnrolmentForgetsTheKeyThatWasRefused() {
        enrol("web1", "a-1");
        registry.keyRefused(WEB1, Reason.HOST_KEY_CHANGED, "another", Optional.of("ssh-ed25519 BBBB"));
        enrol("web1", "a-1");
        assertThat(registry.find(WEB1).orElseThrow().presentedKey()).isEmpty();
        assertThat(registry.find(WEB1).orElseThrow().contact().isReachable()).isTrue();
    }

    @Test
    void beingUnreachableKeepsItsBeginning() {
        enrol("web1", "a-1");
        registry.lost(WEB1, Reason.UNREACHABLE, "no route to host");
        var since = registry.find(WEB1).orElseThrow().contact().since();
        clock.advance(Duration.ofMinutes(1));
        registry.lost(WEB1, Reason.UNREACHABLE, "connection refused");
        assertThat(registry.find(WEB1).orElseThrow().contact().since()).isEqualTo(since);
    }

    @Test
    void hugeFactsAreNotKept() {
        enrol("web1", "a-1");
        var many = java.util.stream.IntStream.range(0, 20_000)
                .mapToObj(i -> new Facts.Interface("eth" + i, List.of()))
                .toList();
        registry.seen(
                WEB1,
                new Message.Status(
                        Optional.empty(),
                        1,
                        false,
                        Optional.empty(),
                        0,
                        clock.instant(),
                        clock.instant(),
                        new Facts("h", 1, 1, "", "", "", many)));
        assertThat(reopened().find(WEB1).orElseThrow().report().orElseThrow().facts())
                .isEqualTo(Facts.NONE);
    }
}

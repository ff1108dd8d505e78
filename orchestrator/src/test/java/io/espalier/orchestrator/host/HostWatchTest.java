package io.espalier.orchestrator.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.Report;
import io.espalier.protocol.wire.ReportBatch;
import io.espalier.testkit.Await;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostWatchTest {

    private static final LinkLimits PATIENT =
            new LinkLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20));

    private final MutableClock clock = new MutableClock(ProtocolPeer.CLOCK);
    private final HostRegistry registry = new HostRegistry(new HostRows(Databases.fresh()), clock);
    private final List<String> noticed = new CopyOnWriteArrayList<>();
    private Path folder;
    private ProtocolPeer agent;
    private LocalLinks links;
    private final Host host = Hosts.local("web1");

    private final HostWatch.Listener listener = new HostWatch.Listener() {
        @Override
        public void returned(Host of) {
            noticed.add("returned " + of.name());
        }

        @Override
        public void drifted(Host of, int before, int now) {
            noticed.add("drifted " + of.name() + " " + before + " -> " + now);
        }
    };

    @BeforeEach
    void startAgent() throws IOException {
        folder = Files.createTempDirectory("watch");
        agent = new ProtocolPeer(folder.resolve("agent.sock"));
        links = new LocalLinks(
                of -> folder.resolve(of.name().value().startsWith("web1") ? "agent.sock" : "none.sock"),
                registry::welcome,
                PATIENT,
                new Traffic());
        enrol("web1", "a-1");
    }

    @AfterEach
    void stopAgent() throws IOException {
        links.close();
        agent.close();
        Files.delete(folder);
    }

    private void enrol(String name, String auid) {
        registry.enrol(
                new HostName(name),
                new HostRecord.Enrolment(
                        new Auid(auid), "", 22, "espalier", Optional.empty(), List.of(), clock.instant()));
    }

    private HostWatch watch(Collection<Host> hosts, Duration interval) {
        return new HostWatch(links, registry, () -> hosts, listener, new HostWatch.Settings(interval, 8, 8, 1_000));
    }

    private HostState state(String name) {
        return registry.find(new HostName(name))
                .orElseThrow()
                .verdict(clock.instant())
                .state();
    }

    @Test
    void hostThatReturnsIsTold() throws IOException {
        try (var watch = watch(List.of(host), Duration.ofSeconds(10))) {
            watch.look(host);
            assertThat(noticed).containsExactly("returned web1");
            watch.look(host);
            assertThat(noticed).hasSize(1);

            agent.close();
            watch.look(host);
            assertThat(state("web1")).isEqualTo(HostState.UNREACHABLE);

            agent = new ProtocolPeer(agent.path());
            watch.look(host);
            assertThat(noticed).containsExactly("returned web1", "returned web1");
            assertThat(state("web1")).isEqualTo(HostState.IN_SYNC);
        }
    }

    @Test
    void anotherAgentInItsPlaceIsShownAndNotBelieved() {
        agent.auid = new Auid("a-stranger");
        try (var watch = watch(List.of(host), Duration.ofSeconds(10))) {
            watch.look(host);
        }
        var contact = registry.find(host.name()).orElseThrow().contact();
        assertThat(contact.reason()).contains(Reason.WRONG_HOST);
        assertThat(contact.detail()).contains("a-stranger");
        assertThat(registry.find(host.name()).orElseThrow().report()).isEmpty();
    }

    @Test
    void manyHostsAreLookedAtAndThoseThatAreDownHoldUpNobody() {
        var hosts = new ArrayList<Host>();
        hosts.add(host);
        for (int i = 0; i < 300; i++) {
            hosts.add(Hosts.local("db" + i));
        }
        try (var watch = watch(hosts, Duration.ofMillis(200))) {
            watch.start();
            Await.until(
                    "all were looked at",
                    () -> registry.all().size() == 301
                            && registry.all().stream()
                                            .filter(record ->
                                                    record.contact().reason().equals(Optional.of(Reason.AGENT_DOWN)))
                                            .count()
                                    == 300
                            && registry.find(host.name()).orElseThrow().report().isPresent());
            long before = agent.heard.size();
            Await.until("the good one is looked at again", () -> agent.heard.size() > before + 2);
        }
    }

    @Test
    void hostThatLeftTheFleetIsNotLookedAtAnyMore() {
        var hosts = new CopyOnWriteArrayList<>(List.of(host));
        try (var watch = watch(hosts, Duration.ofMillis(20))) {
            watch.start();
            Await.until("it was looked at", () -> agent.heard.size() > 2);
            hosts.clear();
            Await.until("nobody looks any more", () -> {
                int before = agent.heard.size();
                java.util.concurrent.locks.LockSupport.parkNanos(
                        Duration.ofMillis(200).toNanos());
                return agent.heard.size() == before;
            });
        }
        assertThat(registry.find(host.name()).orElseThrow().contact().isReachable())
                .isTrue();
    }

    @Test
    void pokeLooksAtOnce() {
        try (var watch = watch(List.of(host), Duration.ofMinutes(10))) {
            watch.start();
            Await.until("the first look", () -> agent.heard.size() == 2);
            watch.poke(host.name());
            Await.until("the look that was asked for", () -> agent.heard.size() == 3);
        }
    }

    @Test
    void whatAnAgentReportsIsTakenWithTheLookAndAllOfItInOne() {
        for (int i = 1; i <= 3; i++) {
            agent.reports.add(new Report(Report.Kind.SYSINFO, ProtocolPeer.CLOCK, "{\"n\":" + i + "}"));
        }
        var taker = new RememberingTaker();
        try (var watch = new HostWatch(
                links,
                registry,
                () -> List.of(host),
                listener,
                Optional.of(taker),
                new HostWatch.Settings(Duration.ofHours(1), 8, 8, 1_000))) {
            watch.look(host);
            assertThat(taker.bodies).containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
            assertThat(noticed).contains("returned web1");
            agent.reports.add(new Report(Report.Kind.SYSINFO, ProtocolPeer.CLOCK, "{\"n\":4}"));
            taker.refuses = true;
            watch.look(host);
            assertThat(registry.find(host.name()).orElseThrow().contact().isReachable())
                    .as("a host whose reports cannot be stored")
                    .isTrue();
            taker.refuses = false;
            watch.look(host);
            assertThat(taker.bodies).hasSize(4).last().isEqualTo("{\"n\":4}");
        }
    }

    private static final class RememberingTaker implements HostWatch.ReportTaker {
        private final List<String> bodies = new ArrayList<>();
        private HostWatch.Taken taken = HostWatch.Taken.NOTHING;
        private boolean refuses;

        @Override
        public HostWatch.Taken taken(HostName name) {
            return taken;
        }

        @Override
        public void take(Host of, Message.Reports reports) {
            if (refuses) {
                throw new IllegalStateException("no room");
            }
            if (reports.batch().length > 0) {
                byte[] batch = Zstd.decompress(reports.batch(), ReportBatch.MAX_BYTES);
                ReportBatch.decode(batch).reports().forEach(report -> bodies.add(report.body()));
            }
            taken = new HostWatch.Taken(reports.spool(), reports.last());
        }
    }
}

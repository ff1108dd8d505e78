package io.espalier.orchestrator.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.ProtocolPeer;
import io.espalier.orchestrator.host.Releases;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.testkit.NetnsHosts;
import io.espalier.testkit.TestHost;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fifty hosts at once, each with ten files, over connections made for it. */
class OpenSshScaleIT {

    private static final int HOSTS = 50;

    @TempDir
    Path folder;

    @Test
    void fiftyHostsAreConnectedAppliedToAndConfirmedAtOnce() throws Exception {
        NetnsHosts.assumePossible();
        DeployKey key = DeployKey.in(folder.resolve("keys"));
        var traffic = new Traffic();
        var keys = new TestHostKeys();
        var agents = new ArrayList<ProtocolPeer>();
        var store = new HashMap<Digest, byte[]>();
        var files = new HashMap<String, byte[]>();
        for (int i = 0; i < 10; i++) {
            byte[] content = ("file " + i + "\n").repeat(100).getBytes(StandardCharsets.UTF_8);
            files.put("/etc/app/f" + i, content);
            store.put(Digest.of(content), content);
        }
        var manifest = new Releases().release(new Auid("a-1"), files, Duration.ofSeconds(30));
        try (var hosts = NetnsHosts.start(HOSTS, "");
                var links = new SshLinks(
                        key.login(),
                        keys,
                        (_, _) -> {},
                        _ -> Optional.empty(),
                        SshSettings.DEFAULT,
                        LinkLimits.DEFAULT,
                        traffic,
                        Clock.systemUTC())) {
            for (TestHost host : hosts.all()) {
                keys.pin(host.name(), host.hostKey());
                DeployedHost.prepare(host, key.publicLine());
                agents.add(new ProtocolPeer(host.path("/run/espalier/agent.sock")));
            }
            for (String round : List.of("cold", "warm")) {
                agents.forEach(agent -> agent.blobs.clear());
                long begin = System.nanoTime();
                List<ApplyOutcome> outcomes = all(hosts.all().stream()
                        .map(host -> (Callable<ApplyOutcome>) () -> {
                            try (Link link = links.open(DeployedHost.host(host))) {
                                link.apply(manifest, Optional.empty(), store::get, (_, _) -> {});
                            }
                            try (Link fresh = links.openFresh(DeployedHost.host(host))) {
                                return fresh.confirm(1);
                            }
                        })
                        .toList());
                System.out.println(HOSTS + " hosts, " + round + ": applied and confirmed in "
                        + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms, " + traffic.counts());
                assertThat(outcomes).hasSize(HOSTS).hasOnlyElementsOfType(ApplyOutcome.Applied.class);
            }
            assertThat(traffic.counts().handshakes()).isEqualTo(3 * HOSTS);
            assertThat(traffic.counts().roundTrips()).isEqualTo(2 * 3 * HOSTS);
            assertThat(links.connections()).isEqualTo(HOSTS);
            var asked = new HashMap<String, Long>();
            all(hosts.all().stream()
                    .map(host -> (Callable<Long>) () -> {
                        try (Link link = links.open(DeployedHost.host(host))) {
                            return link.status().number();
                        }
                    })
                    .toList());
            asked.put("handshakes", traffic.counts().handshakes());
            assertThat(asked).isEqualTo(Map.of("handshakes", 3L * HOSTS));
        } finally {
            for (ProtocolPeer agent : agents) {
                agent.dropConnections();
            }
        }
    }

    private static <T> List<T> all(List<Callable<T>> tasks) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(tasks).stream().map(Future::resultNow).toList();
        }
    }
}

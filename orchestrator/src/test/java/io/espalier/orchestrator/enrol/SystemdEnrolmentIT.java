package io.espalier.orchestrator.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Hosts;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.Registries;
import io.espalier.orchestrator.host.Releases;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.orchestrator.ssh.HostKey;
import io.espalier.orchestrator.ssh.RegisteredHostKeys;
import io.espalier.orchestrator.ssh.SshLinks;
import io.espalier.orchestrator.ssh.SshSettings;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.testkit.Await;
import io.espalier.testkit.NetnsHosts;
import io.espalier.testkit.TestHost;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bare host that runs a real systemd: the agent becomes a service of it. */
class SystemdEnrolmentIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static DeployKey deployKey;
    private static DeployKey personKey;
    private static Releases releases;
    private static NetnsHosts hosts;
    private static TestHost host;

    private final HostRegistry registry = Registries.fresh(Clock.systemUTC());

    @BeforeAll
    static void boot() {
        NetnsHosts.assumePossible();
        NetnsHosts.assumeSystemdPossible();
        deployKey = DeployKey.in(folder.resolve("deploy"));
        personKey = DeployKey.in(folder.resolve("person"));
        releases = new Releases();
        hosts = NetnsHosts.startWithSystemd(personKey.publicLine());
        host = hosts.get(1);
    }

    @AfterAll
    static void stop() {
        if (hosts != null) {
            hosts.close();
        }
    }

    private Auid enrol(String version) {
        var enrolment = new Enrolment(
                registry,
                deployKey,
                releases.key.getPublic(),
                () -> {
                    try {
                        return EnrolmentIT.image(folder, version);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                SshSettings.DEFAULT,
                Clock.systemUTC());
        var request = new EnrolmentRequest(
                new EnrolmentRequest.Target("root", host.address(), 22),
                new HostName("web1"),
                List.of(),
                HostKey.parse(host.hostKey()).fingerprint(),
                personKey.login(),
                false);
        return enrolment.run(request, _ -> {});
    }

    /** Of the service's process; 0 if none runs. */
    private static long process() {
        return Long.parseLong(host.must("systemctl", "show", "--property=MainPID", "--value", "espalier-agent"));
    }

    private void awaitAgent() {
        try (var links = new SshLinks(
                deployKey.login(),
                new RegisteredHostKeys(registry, List.of()),
                registry::welcome,
                _ -> Optional.empty(),
                SshSettings.DEFAULT,
                LinkLimits.DEFAULT,
                new Traffic(),
                Clock.systemUTC())) {
            Await.until("the agent answers", SOON, () -> {
                try (Link link = links.openFresh(
                        Hosts.at("web1", host.address(), 22, "espalier", Optional.empty(), Optional.empty()))) {
                    return link.status().number() >= 0;
                } catch (LinkException notYet) {
                    return false;
                }
            });
        }
    }

    @Test
    void agentIsAServiceThatComesBackIsUpgradedAndStartsWithTheHost() {
        Auid auid = enrol("1");

        assertThat(host.must("systemctl", "is-enabled", "espalier-agent")).isEqualTo("enabled");
        assertThat(host.must("systemctl", "is-active", "espalier-agent")).isEqualTo("active");
        assertThat(host.run("test", "-e", "/run/espalier-agent.pid").status()).isNotZero(); // that is for hosts without
        awaitAgent();

        long first = process();
        host.must("kill", "-KILL", Long.toString(first));
        Await.until("it was started again", SOON, () -> process() != first && process() != 0);
        awaitAgent();

        String before = host.must("readlink", "/opt/espalier-agent/current");
        long old = process();
        assertThat(enrol("2")).isEqualTo(auid);
        assertThat(host.must("readlink", "/opt/espalier-agent/current")).isNotEqualTo(before);
        assertThat(process()).isNotIn(0L, old);
        awaitAgent();

        host.must("systemctl", "stop", "espalier-agent");
        assertThat(process()).isZero();
        host.must("systemctl", "start", "multi-user.target"); // what a boot asks for
        Await.until("it is started with the host", SOON, () -> process() != 0);
        awaitAgent();
    }
}

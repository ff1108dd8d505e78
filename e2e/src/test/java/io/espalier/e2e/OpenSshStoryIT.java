package io.espalier.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Await;
import io.espalier.testkit.NetnsHosts;
import io.espalier.testkit.Ran;
import io.espalier.testkit.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Three hosts with OpenSSH, a network and a root folder each, taken into a fleet from nothing; then what befalls hosts:
 * one of them is in trouble, and the others do not notice.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OpenSshStoryIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int HOSTS = 3;
    private static final String CONFIG = "/etc/e2e/app.conf";

    @TempDir
    static Path folder;

    private static NetnsHosts hosts;
    private static Server server;
    private static Clone fleet;
    private static int level;

    @BeforeAll
    static void start() throws IOException {
        NetnsHosts.assumePossible();
        Path key = folder.resolve("root_ed25519");
        Ran.of(Duration.ofSeconds(10), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
        hosts = NetnsHosts.start(HOSTS, Files.readString(Path.of(key + ".pub")).strip());
        server = Server.start(folder);
        for (TestHost host : hosts.all()) {
            host.must("rm", "-rf", "/usr/lib/jvm", "/usr/bin/java"); // a host needs no Java of its own
            enrol(host, Files.readString(key));
        }
        fleet = Clone.empty(server.gitUrl(), folder.resolve("clone"));
        fleet.write("fleet.yaml", """
                fleet: e2e
                tiers: [ app ]
                rollout: { canary: 0, parallel: 100%, max-failures: 0, soak: 0s, confirm: 5s }
                """);
        fleet.write(
                "hosts.yaml",
                hosts.all().stream()
                        .map(host -> "%s: { address: %s, tier: app }%n".formatted(host.name(), host.address()))
                        .collect(Collectors.joining()));
        fleet.write("units/app.yaml", """
                unit: app
                files:
                  - { to: /etc/e2e/app.conf, template: app.conf.ftl }
                  - { to: /srv/e2e/data, template: data.ftl }
                reload: sh -c 'date >> /run/e2e-reloads'
                health:
                  - { tcp: "127.0.0.1:22" }
                """);
        fleet.write("templates/app.conf.ftl", "level ${vars.level} of ${host.name}\n");
        fleet.write("templates/data.ftl", "<#list 1..5000 as i>line ${i} of level ${vars.level}\n</#list>");
        fleet.write("vars/all.yaml", "level: 0\n");
    }

    private static void enrol(TestHost host, String rootKey) {
        String target = "root@" + host.address();
        JsonNode probe = server.api().post("/enrol/probe", Map.of("target", target, "tags", List.of()));
        String print = probe.path("fingerprint").asString();
        JsonNode begun = server.api()
                .post(
                        "/enrol",
                        Map.of(
                                "target", target,
                                "name", host.name(),
                                "tags", List.of(),
                                "hostKey", print,
                                "privateKey", rootKey));
        JsonNode ended = server.api()
                .await(
                        "/enrol/" + begun.path("id").asString(),
                        LIMIT,
                        one -> !Api.text(one, "state").equals("running"));
        assertThat(Api.text(ended, "state")).as(ended.toString()).isEqualTo("done");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    @BeforeEach
    void everythingIsInSync() {
        if (level > 0) {
            server.api().awaitInSync(HOSTS, LIMIT);
        }
    }

    /** Commits and pushes a change for every host. */
    private static Ran pushNext(String... options) {
        fleet.write("vars/all.yaml", "level: " + ++level + "\n");
        Ran push = fleet.commitAndPush("Level " + level, options);
        assertThat(push.status())
                .as("push: " + push.output() + "\n" + server.log())
                .isZero();
        return push;
    }

    private static boolean isNew(TestHost host) {
        return host.run("cat", CONFIG).output().equals("level " + level + " of " + host.name());
    }

    private static String read(TestHost host) {
        return host.must("cat", CONFIG);
    }

    private static void awaitNew(TestHost host) {
        Await.until(host.name() + " has level " + level, LIMIT, () -> isNew(host));
    }

    private static JsonNode step(TestHost host) {
        String id = server.api().newestRollout().path("id").asString();
        return server.api()
                .get("/rollouts/" + id)
                .path("waves")
                .valueStream()
                .flatMap(wave -> wave.path("hosts").valueStream())
                .filter(step -> Api.text(step, "host").equals(host.name()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(host.name() + " is not in rollout " + id));
    }

    @Test
    @Order(1)
    void enrolledHostsHoldWhatIsPushed() {
        Ran push = pushNext();
        assertThat(push.output()).as("push").contains("remote: done: 3 hosts applied");
        assertThat(hosts.all()).allMatch(OpenSshStoryIT::isNew);
        pushNext();
        assertThat(hosts.all()).allMatch(OpenSshStoryIT::isNew);
    }

    @Test
    @Order(2)
    void hostWithoutNetworkWaitsAndIsCaughtUp() {
        TestHost cut = hosts.get(1);
        cut.cut();
        try {
            Ran push = pushNext();
            assertThat(push.output())
                    .as("push")
                    .containsPattern("remote: (wave \\d/\\d )?h1 waits, (unreachable|timed-out|agent-down)")
                    .containsPattern("remote: done: 2 hosts applied, 1 waiting");
            assertThat(isNew(hosts.get(2))).isTrue();
            assertThat(isNew(hosts.get(3))).isTrue();
            assertThat(Api.text(step(cut), "state")).isEqualTo("waiting");
            server.api().awaitHost("h1", "unreachable", LIMIT);
        } finally {
            cut.mend();
        }
        awaitNew(cut);
    }

    @Test
    @Order(3)
    void frozenHostWaitsAndIsCaughtUp() {
        TestHost frozen = hosts.get(2);
        frozen.freeze();
        try {
            Ran push = pushNext();
            assertThat(push.output()).as("push").containsPattern("remote: done: 2 hosts applied, 1 waiting");
            assertThat(isNew(hosts.get(1))).isTrue();
            assertThat(isNew(hosts.get(3))).isTrue();
            assertThat(Api.text(step(frozen), "state")).isEqualTo("waiting");
        } finally {
            frozen.thaw();
        }
        awaitNew(frozen);
    }

    @Test
    @Order(4)
    void hostWithAnotherKeyIsRefusedAndVisible() {
        TestHost changed = hosts.get(3);
        changed.must(
                "sh",
                "-c",
                "cd /etc/ssh && mv ssh_host_ed25519_key kept && mv ssh_host_ed25519_key.pub kept.pub"
                        + " && ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key");
        restartSshd(changed);
        try {
            Ran push = pushNext();
            assertThat(push.output())
                    .as("push")
                    .contains("h3 waits, host-key-changed")
                    .contains("2 hosts applied, 1 waiting");
            assertThat(isNew(changed)).isFalse();
            JsonNode host = server.api()
                    .await(
                            "/hosts/h3",
                            LIMIT,
                            one -> Api.text(one.path("host"), "reason").equals("host-key-changed"));
            assertThat(Api.text(host, "presentedKey")).contains("SHA256:").isNotEqualTo(Api.text(host, "hostKey"));
        } finally {
            changed.must(
                    "sh", "-c", "cd /etc/ssh && mv kept ssh_host_ed25519_key && mv kept.pub ssh_host_ed25519_key.pub");
            restartSshd(changed);
        }
        awaitNew(changed);
    }

    /** With all of its connections. */
    private static void restartSshd(TestHost host) {
        host.must(
                "sh",
                "-c",
                "kill $(cat /run/sshd.pid); pkill -x sshd-session; pkill -x sshd; "
                        + "while pgrep -x sshd > /dev/null; do :; done; /usr/sbin/sshd -E /var/log/sshd.log");
    }

    @Test
    @Order(5)
    void hostWithFullDiskKeepsWhatItHasAndSaysSo() {
        TestHost full = hosts.get(1);
        full.must(
                "sh",
                "-c",
                "mkdir -p /srv/e2e-kept && cp -a /srv/e2e/. /srv/e2e-kept/"
                        + " && mount -t tmpfs -o size=8m tmpfs /srv/e2e && cp -a /srv/e2e-kept/. /srv/e2e/"
                        + " && (cat /dev/zero > /srv/e2e/filler; true)");
        String before = read(full);
        try {
            Ran push = pushNext();
            assertThat(push.output()).as("push").contains("h1 waits, disk-full").contains("2 hosts applied, 1 waiting");
            assertThat(read(full)).isEqualTo(before);
            server.api()
                    .await(
                            "/hosts/h1",
                            LIMIT,
                            one -> Api.text(one.path("host"), "reason").equals("disk-full"));
        } finally {
            full.must("rm", "-f", "/srv/e2e/filler");
        }
        awaitNew(full);
        full.must("sh", "-c", "cp -a /srv/e2e/. /srv/e2e-kept/ && umount /srv/e2e && cp -a /srv/e2e-kept/. /srv/e2e/");
    }

    @Test
    @Order(6)
    void hostWithReadOnlyFolderKeepsWhatItHasAndSaysSo() {
        TestHost readOnly = hosts.get(2);
        readOnly.must("mount", "--bind", "/srv/e2e", "/srv/e2e");
        readOnly.must("mount", "-o", "remount,ro,bind", "/srv/e2e");
        String before = read(readOnly);
        try {
            Ran push = pushNext();
            assertThat(push.output()).as("push").contains("h2 waits, read-only").contains("2 hosts applied, 1 waiting");
            assertThat(read(readOnly)).isEqualTo(before);
            server.api()
                    .await(
                            "/hosts/h2",
                            LIMIT,
                            one -> Api.text(one.path("host"), "reason").equals("read-only"));
        } finally {
            readOnly.must("umount", "/srv/e2e");
        }
        awaitNew(readOnly);
    }

    @Test
    @Order(7)
    void releaseThatCutsItsHostOffIsTakenBack() {
        TestHost cutter = hosts.get(3);
        fleet.write("units/net.yaml", """
                unit: net
                on: { host: h3 }
                files:
                  - { to: /etc/e2e/net.sh, template: net.sh.ftl }
                reload: sh -c 'PATH=$PATH:/usr/sbin:/sbin; . /etc/e2e/net.sh'
                """);
        fleet.write("templates/net.sh.ftl", "ip link set eth0 up\n");
        assertThat(fleet.commitAndPush("Keep the network up").output()).contains("done: 1 host applied");
        fleet.write("templates/net.sh.ftl", "ip link set eth0 down\n");
        Ran push = fleet.commitAndPush("Take the network down");
        assertThat(push.output()).as("push").contains("h3 FAILED not-confirmed").contains("quarantined");
        Await.until(
                "h3 has gone back",
                LIMIT,
                () -> cutter.must("cat", "/etc/e2e/net.sh").equals("ip link set eth0 up"));
        Await.until(
                "h3 has a network",
                LIMIT,
                () -> cutter.must("ip", "link", "show", "eth0").contains("state UP"));
        fleet.must("revert", "--no-edit", "HEAD");
        assertThat(fleet.push().status()).isZero();
        server.api().awaitInSync(HOSTS, LIMIT);
    }
}

package io.espalier.orchestrator.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnrolmentPlannerTest {

    private static final AgentImage IMAGE =
            new AgentImage(Path.of("agent.tar.gz"), "x86_64", 50L << 20, Digest.of(new byte[] {1}));

    private static final String BARE = """
            arch=x86_64
            hostname=web1
            os=Debian GNU/Linux 12 (bookworm)
            userhome=
            systemd=yes
            image=
            config=
            free=1000000
            allowstreamlocalforwarding=yes
            disableforwarding=no
            """;

    private static EnrolmentPlanner.Luggage luggage(boolean jump) {
        return new EnrolmentPlanner.Luggage(
                IMAGE,
                new Auid("web1-1"),
                "/run/espalier/agent.sock",
                "ssh-ed25519 AAAA espalier",
                "MCow",
                "[Unit]\n",
                jump);
    }

    private static List<EnrolmentStep> plan(String survey) {
        return EnrolmentPlanner.plan(Survey.parse(survey), luggage(false));
    }

    private static String written(List<EnrolmentStep> steps, String path) {
        return steps.stream()
                .filter(step -> step instanceof EnrolmentStep.Write write
                        && write.path().equals(path))
                .map(step -> ((EnrolmentStep.Write) step).content())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void bareHostGetsAccountAgentAndService() {
        assertThat(plan(BARE).stream().map(EnrolmentStep::title).distinct())
                .containsExactly(
                        "making the group espalier",
                        "making the user espalier",
                        "leaving it without a password",
                        "making folders",
                        "letting the deploy key in, to the agent only",
                        "sending the agent",
                        "unpacking it",
                        "putting it in place",
                        "telling the agent who it is",
                        "making it a service",
                        "starting it");
    }

    @Test
    void hostThatHasItAllIsOnlyToldAgain() {
        String again = BARE.replace("userhome=", "group=yes\nuserhome=/var/lib/espalier-deploy")
                .replace("image=", "image=" + IMAGE.folder());
        assertThat(plan(again).stream().map(EnrolmentStep::title).distinct())
                .containsExactly(
                        "leaving it without a password",
                        "making folders",
                        "letting the deploy key in, to the agent only",
                        "telling the agent who it is",
                        "making it a service",
                        "starting it");
    }

    @Test
    void deployKeyReachesOneSocketAndNoPorts() {
        String path = "/var/lib/espalier-deploy/.ssh/authorized_keys";
        assertThat(written(plan(BARE), path))
                .isEqualTo(
                        "restrict,port-forwarding,permitopen=\"[/run/espalier/agent.sock]:*\",permitopen=\"127.0.0.1:9180\",permitlisten=\"localhost:1\","
                                + "command=\"/opt/espalier-agent/bin/espalier-agent bridge\" ssh-ed25519 AAAA espalier\n");
        assertThat(written(EnrolmentPlanner.plan(Survey.parse(BARE), luggage(true)), path))
                .doesNotContain("permitopen");
    }

    @Test
    void agentsOwnSettingsStay() {
        String before = "# kept\nsocket: /run/x.sock\nauid: \"old-1\"  # was here\n";
        String survey = BARE.replace(
                "config=", "config=" + Base64.getEncoder().encodeToString(before.getBytes(StandardCharsets.UTF_8)));
        assertThat(written(plan(survey), "/etc/espalier/agent.yaml"))
                .isEqualTo("# kept\nsocket: /run/x.sock\nauid: web1-1\norchestrator-key: MCow\n");
        assertThat(AgentConfig.auid(before)).contains(new Auid("old-1"));
        assertThat(AgentConfig.auid("auid: NOT/VALID\n")).isEqualTo(Optional.empty());
    }

    @Test
    void withoutSystemdItIsStartedPlainly() {
        assertThat(plan(BARE.replace("systemd=yes\n", "")).getLast().title()).isEqualTo("starting it, without systemd");
    }

    @Test
    void unfitHostsAreRefusedBeforeAnythingIsDone() {
        assertThatThrownBy(() -> plan(BARE.replace("x86_64", "aarch64")))
                .isInstanceOf(EnrolmentException.class)
                .hasMessage("the host is aarch64, and the agent was built for x86_64");
        assertThatThrownBy(() -> plan(BARE.replace("userhome=", "userhome=/home/espalier")))
                .isInstanceOfSatisfying(
                        EnrolmentException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ACCOUNTS_FAILED));
        assertThatThrownBy(() -> plan(BARE.replace("free=1000000", "free=1000")))
                .isInstanceOfSatisfying(
                        EnrolmentException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DISK_FULL));
    }

    @Test
    void surveyOfAHostileHostIsHarmless() {
        Survey survey = Survey.parse("config=%%%\nfree=-1\nfree=99999999999999999999\nx\n=\narch=\n");
        assertThat(survey.config()).contains("");
        assertThat(survey.freeKilobytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "web1", "root@", "@web1", "root@web1:0", "root@web1:99999", "root@-x y", "a b@c", "root@h;id"
            })
    void targetsThatAreNoneAreRefused(String text) {
        assertThatThrownBy(() -> EnrolmentRequest.Target.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void targetIsUserHostAndPort() {
        assertThat(EnrolmentRequest.Target.parse("root@web1"))
                .isEqualTo(new EnrolmentRequest.Target("root", "web1", 22));
        assertThat(EnrolmentRequest.Target.parse("ops@[2001:db8::1]:2222"))
                .isEqualTo(new EnrolmentRequest.Target("ops", "2001:db8::1", 2222));
    }
}

package io.espalier.orchestrator.enrol;

import io.espalier.orchestrator.enrol.EnrolmentStep.Run;
import io.espalier.orchestrator.enrol.EnrolmentStep.Upload;
import io.espalier.orchestrator.enrol.EnrolmentStep.Write;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Reason;
import java.util.ArrayList;
import java.util.List;

/** Decides what is to be done on a host. Touches none. */
final class EnrolmentPlanner {

    static final String USER = "espalier";

    /** Not {@code /var/lib/espalier}: that is the orchestrator's, which may run on the same machine. */
    static final String USER_HOME = "/var/lib/espalier-deploy";

    private static final String OPT = "/opt/espalier-agent";

    private static final String ARCHIVE = OPT + "/.upload.tar.gz";

    private static final String UNPACK = OPT + "/.unpack";

    static final String BRIDGE = OPT + "/bin/espalier-agent bridge";

    /** An unpacked image takes about three times the archive's room; what the agent stages comes on top. */
    private static final int ROOM = 4;

    private static final long ROOM_BESIDE = 16L << 20;

    private static final String UNIT = "/etc/systemd/system/espalier-agent.service";

    /** Ends the agent of an earlier run and starts the one that is in place now. */
    private static final String START = """
            old=$(cat /run/espalier-agent.pid 2> /dev/null)
            if [ -n "$old" ] && grep -qs espalier-agent "/proc/$old/cmdline"; then
                kill "$old"
                tries=0
                while [ -e "/proc/$old" ] && [ "$tries" -lt 100 ]; do tries=$((tries + 1)); sleep 0.1; done
                [ ! -e "/proc/$old" ] || kill -9 "$old"
            fi
            setsid sh -c 'echo $$ > /run/espalier-agent.pid; exec /opt/espalier-agent/bin/espalier-agent' \\
                < /dev/null >> /var/log/espalier-agent.log 2>&1 &
            """;

    private static final String REMOVE_OLD = """
            cd /opt/espalier-agent || exit 1
            for image in ????????????; do
                [ "$image" = "$1" ] || [ "$image" = "$2" ] || [ "$image" = '????????????' ] || rm -rf "$image"
            done
            """;

    private EnrolmentPlanner() {}

    /**
     * What an enrolment brings to a host.
     *
     * @param deployKey as in {@code authorized_keys}
     * @param orchestratorKey by which the agent knows whose releases to take
     * @param unitFile of systemd
     */
    record Luggage(
            AgentImage image,
            Auid auid,
            String agentSocket,
            String deployKey,
            String orchestratorKey,
            String unitFile,
            boolean jump) {}

    /** @throws EnrolmentException if this host cannot be enrolled as it is */
    static List<EnrolmentStep> plan(Survey host, Luggage luggage) {
        refuseUnfit(host, luggage);
        var steps = new ArrayList<EnrolmentStep>();
        account(host, luggage, steps);
        image(host, luggage, steps);
        steps.add(new Write(
                "telling the agent who it is",
                "/etc/espalier/agent.yaml",
                "0644",
                AgentConfig.with(host.config().orElse(""), luggage.auid(), luggage.orchestratorKey())));
        start(host, luggage, steps);
        return steps;
    }

    /** What is left over once the new agent has answered. */
    static EnrolmentStep cleaning(Survey host, Luggage luggage) {
        String inUse = luggage.image().folder();
        return new Run(
                "removing older agents",
                List.of("sh", "-c", REMOVE_OLD, "sh", inUse, host.image().orElse(inUse)));
    }

    private static void refuseUnfit(Survey host, Luggage luggage) {
        AgentImage image = luggage.image();
        if (!host.arch().equals(image.arch())) {
            throw new EnrolmentException(
                    Reason.INVALID_REVISION,
                    "the host is " + host.arch() + ", and the agent was built for " + image.arch());
        }
        if (host.userHome().filter(home -> !home.equals(USER_HOME)).isPresent()) {
            throw new EnrolmentException(
                    Reason.ACCOUNTS_FAILED,
                    "a user named " + USER + " is there already, with home "
                            + host.userHome().get() + "; it is not ours to change");
        }
        long needed = (ROOM * image.size() + ROOM_BESIDE) / 1024;
        if (!isInPlace(host, image) && host.freeKilobytes() < needed) {
            throw new EnrolmentException(
                    Reason.DISK_FULL,
                    "/opt has " + host.freeKilobytes() / 1024 + " MB free (expected: " + needed / 1024 + " MB)");
        }
    }

    private static boolean isInPlace(Survey host, AgentImage image) {
        return host.image().filter(image.folder()::equals).isPresent();
    }

    private static void account(Survey host, Luggage luggage, List<EnrolmentStep> steps) {
        if (!host.hasGroup()) {
            steps.add(new Run("making the group " + USER, List.of("groupadd", "--system", USER)));
        }
        if (host.userHome().isEmpty()) {
            steps.add(new Run(
                    "making the user " + USER,
                    List.of(
                            "useradd",
                            "--system",
                            "--gid",
                            USER,
                            "--no-create-home",
                            "--home-dir",
                            USER_HOME,
                            "--shell",
                            "/bin/sh",
                            USER)));
        }
        // No password is right for '*'. '!' would also lock out keys, where sshd does not use PAM.
        steps.add(new Run("leaving it without a password", List.of("usermod", "--password", "*", USER)));
        // root's, so that the deploy user cannot let anybody else in
        steps.add(new Run(
                "making folders",
                List.of(
                        "install",
                        "-d",
                        "-o",
                        "root",
                        "-g",
                        "root",
                        "-m",
                        "0755",
                        USER_HOME,
                        USER_HOME + "/.ssh",
                        "/etc/espalier",
                        OPT)));
        steps.add(new Write(
                "letting the deploy key in, to the agent only",
                USER_HOME + "/.ssh/authorized_keys",
                "0644",
                authorizedKeys(luggage)));
    }

    private static final String PEERS = "127.0.0.1:9180";

    /**
     * {@code restrict} takes everything away; {@code port-forwarding} gives back all channels, to sockets and to ports;
     * {@code permitopen} leaves the agent's socket of them, and the port on which a load balancer takes its peers (with a
     * token). Its brackets keep sshd from taking the path for an address. Only a jump host needs more: ports of the hosts behind it.
     */
    private static String authorizedKeys(Luggage luggage) {
        String only = luggage.jump()
                ? ""
                : ",permitopen=\"[" + luggage.agentSocket() + "]:*\"" + ",permitopen=\"" + PEERS + "\"";
        return "restrict,port-forwarding" + only + ",permitlisten=\"localhost:1\",command=\"" + BRIDGE + "\" "
                + luggage.deployKey() + "\n";
    }

    private static void image(Survey host, Luggage luggage, List<EnrolmentStep> steps) {
        AgentImage image = luggage.image();
        if (isInPlace(host, image)) {
            return;
        }
        String folder = OPT + "/" + image.folder();
        steps.add(new Upload("sending the agent", image.file(), image.size(), ARCHIVE));
        steps.add(new Run("unpacking it", List.of("rm", "-rf", UNPACK, folder)));
        steps.add(new Run("unpacking it", List.of("install", "-d", "-m", "0755", UNPACK)));
        steps.add(new Run(
                "unpacking it",
                List.of(
                        "tar",
                        "-xzf",
                        ARCHIVE,
                        "-C",
                        UNPACK,
                        "--strip-components=1",
                        "--no-same-owner",
                        "--no-same-permissions")));
        // whatever umask it was made and unpacked under: the bridge runs as the deploy user
        steps.add(new Run("unpacking it", List.of("chmod", "-R", "a+rX,go-w", UNPACK)));
        steps.add(new Run("unpacking it", List.of("mv", "-T", UNPACK, folder)));
        steps.add(new Run("unpacking it", List.of("rm", "-f", ARCHIVE)));
        steps.add(new Run("putting it in place", List.of("ln", "-sfn", image.folder(), OPT + "/.current")));
        steps.add(new Run("putting it in place", List.of("mv", "-T", OPT + "/.current", OPT + "/current")));
        steps.add(new Run("putting it in place", List.of("ln", "-sfn", "current/bin", OPT + "/bin")));
    }

    private static void start(Survey host, Luggage luggage, List<EnrolmentStep> steps) {
        if (host.hasSystemd()) {
            steps.add(new Write("making it a service", UNIT, "0644", luggage.unitFile()));
            steps.add(new Run("making it a service", List.of("systemctl", "daemon-reload")));
            steps.add(new Run("making it a service", List.of("systemctl", "enable", "--quiet", "espalier-agent")));
            steps.add(new Run("starting it", List.of("systemctl", "restart", "espalier-agent")));
        } else {
            steps.add(new Run("starting it, without systemd", List.of("sh", "-c", START)));
        }
    }
}

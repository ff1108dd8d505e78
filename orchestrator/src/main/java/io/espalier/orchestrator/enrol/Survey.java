package io.espalier.orchestrator.enrol;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a host is like before it is enrolled.
 *
 * @param arch as {@code uname -m} says it
 * @param userHome of the deploy user; empty if there is none
 * @param hasSystemd whether systemd runs there, not merely lies there
 * @param image the folder of the agent image in use; empty if none
 * @param config of the agent, as it is now; empty if it has none
 * @param freeKilobytes in {@code /opt}
 * @param forbidsSockets whether sshd forbids channels to sockets, so that the bridge will be used
 */
record Survey(
        String arch,
        String os,
        String hostname,
        boolean hasGroup,
        Optional<String> userHome,
        boolean hasSystemd,
        Optional<String> image,
        Optional<String> config,
        long freeKilobytes,
        boolean forbidsSockets) {

    /** Prints a line {@code key=value} for each finding; changes nothing. */
    private static final String SCRIPT = """
            echo "arch=$(uname -m)"
            echo "hostname=$(uname -n)"
            (. /etc/os-release 2> /dev/null && echo "os=$PRETTY_NAME")
            getent group espalier > /dev/null && echo group=yes
            echo "userhome=$(getent passwd espalier | cut -d: -f6)"
            [ -d /run/systemd/system ] && echo systemd=yes
            echo "image=$(readlink /opt/espalier-agent/current)"
            echo "config=$(base64 -w0 /etc/espalier/agent.yaml 2> /dev/null)"
            echo "free=$(df -Pk /opt | awk 'NR == 2 { print $4 }')"
            PATH=$PATH:/usr/sbin sshd -T 2> /dev/null | grep -i -E '^(allowstreamlocalforwarding|disableforwarding) ' |
                sed 's/ /=/'
            exit 0
            """;

    static final List<String> COMMAND = List.of("sh", "-c", SCRIPT);

    static Survey parse(String output) {
        Map<String, String> found = new HashMap<>();
        output.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                found.put(
                        line.substring(0, equals).toLowerCase(Locale.ROOT),
                        line.substring(equals + 1).strip());
            }
        });
        return new Survey(
                found.getOrDefault("arch", ""),
                found.getOrDefault("os", ""),
                found.getOrDefault("hostname", ""),
                found.containsKey("group"),
                present(found, "userhome"),
                found.containsKey("systemd"),
                present(found, "image"),
                present(found, "config").map(Survey::decoded),
                present(found, "free")
                        .filter(text -> text.matches("[0-9]{1,15}"))
                        .map(Long::parseLong)
                        .orElse(0L),
                "no".equals(found.get("allowstreamlocalforwarding"))
                        || "remote".equals(found.get("allowstreamlocalforwarding"))
                        || "yes".equals(found.get("disableforwarding")));
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static Optional<String> present(Map<String, String> found, String key) {
        return Optional.ofNullable(found.get(key)).filter(text -> !text.isEmpty());
    }
}

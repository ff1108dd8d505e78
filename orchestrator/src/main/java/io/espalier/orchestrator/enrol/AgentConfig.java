package io.espalier.orchestrator.enrol;

import io.espalier.protocol.Auid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two lines of {@code /etc/espalier/agent.yaml} that an enrolment owns; all others are the host's own and stay.
 *
 * <pre>
 * auid: web1-3f9a02c4d1
 * orchestrator-key: MCowBQYDK2VwAyEA...      # X.509 form of an Ed25519 key, base64
 * </pre>
 */
final class AgentConfig {

    private static final Pattern AUID = Pattern.compile("auid: *[\"']?([a-z0-9-]{1,64})[\"']?\\s*(#.*)?");

    private AgentConfig() {}

    static Optional<Auid> auid(String config) {
        return config.lines()
                .map(AUID::matcher)
                .filter(Matcher::matches)
                .map(found -> new Auid(found.group(1)))
                .findFirst();
    }

    /** @param before what is there now; empty for a new file */
    static String with(String before, Auid auid, String orchestratorKey) {
        List<String> lines = new ArrayList<>(before.lines().toList());
        set(lines, "auid", auid.value());
        set(lines, "orchestrator-key", orchestratorKey);
        return String.join("\n", lines) + "\n";
    }

    private static void set(List<String> lines, String key, String value) {
        String line = key + ": " + value;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(key + ":")) {
                lines.set(i, line);
                return;
            }
        }
        lines.add(line);
    }
}

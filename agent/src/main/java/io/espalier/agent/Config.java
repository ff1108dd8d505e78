package io.espalier.agent;

import io.espalier.agent.job.JobBoard;
import io.espalier.protocol.Auid;
import io.espalier.protocol.release.Job;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What {@code agent.yaml} says. Example:
 *
 * <pre>
 * auid: 7f3a-web1                     # given at enrolment
 * orchestrator-key: MCowBQYDK2Vw...   # the orchestrator's Ed25519 key: X.509 SubjectPublicKeyInfo, base64
 * socket: /run/espalier/agent.sock    # beneath the root; with --root a path that begins with // is taken as it is
 * group: espalier                     # may connect
 * drift: { check: 60s }               # 0s: never
 * report: { sysinfo: 10s, service: 60s }   # 0s: never, unless a release has a job for it
 * allow: [ /etc/nginx, /srv ]         # where releases may write; everywhere but in the agent's own places if absent
 * </pre>
 *
 * @param auid of this agent
 * @param key of the only orchestrator whose releases are applied
 */
record Config(
        Auid auid,
        PublicKey key,
        String socket,
        String group,
        Duration driftCheck,
        JobBoard.Pace pace,
        List<String> allow) {

    static final String SOCKET = "/run/espalier/agent.sock";
    private static final String GROUP = "espalier";
    private static final Duration DRIFT_CHECK = Duration.ofSeconds(60);
    private static final int MAX_SIZE = 64 << 10;
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    Config {
        allow = List.copyOf(allow);
    }

    /** @throws ConfigException with file, line and column of what is wrong */
    static Config read(Path file) throws ConfigException {
        String text;
        try {
            if (Files.size(file) > MAX_SIZE) {
                throw new ConfigException(file + ": larger than " + MAX_SIZE + " bytes");
            }
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new ConfigException(file + ": not there; `espalier enrol` writes it");
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read (" + e.getMessage() + ")");
        }
        return parse(file.toString(), text);
    }

    static Config parse(String file, String text) throws ConfigException {
        var parser = new Parser(file);
        try {
            Optional<Node> root = new Compose(LoadSettings.builder()
                            .setLabel(file)
                            .setMaxAliasesForCollections(1)
                            .build())
                    .composeString(text);
            return parser.config(root.orElseThrow(
                    () -> new ConfigException(file + ":1:1 empty (expected: auid and orchestrator-key)")));
        } catch (MarkedYamlEngineException e) {
            throw new ConfigException(
                    file + e.getProblemMark().map(Config::position).orElse("") + " " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new ConfigException(file + " " + e.getMessage());
        }
    }

    private static String position(Mark mark) {
        return ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
    }

    /** Turns nodes into values, telling of each mistake where it stands. */
    private record Parser(String file) {

        Config config(Node root) throws ConfigException {
            Optional<Auid> auid = Optional.empty();
            Optional<PublicKey> key = Optional.empty();
            String socket = SOCKET;
            String group = GROUP;
            Duration driftCheck = DRIFT_CHECK;
            JobBoard.Pace pace = JobBoard.Pace.DEFAULT;
            List<String> allow = List.of();
            for (NodeTuple entry : entries(root)) {
                Node value = entry.getValueNode();
                switch (text(entry.getKeyNode())) {
                    case "auid" -> auid = Optional.of(auid(value));
                    case "orchestrator-key" -> key = Optional.of(key(value));
                    case "socket" -> socket = path(value);
                    case "group" -> group = text(value);
                    case "drift" -> driftCheck = driftCheck(value);
                    case "report" -> pace = pace(value);
                    case "allow" -> allow = paths(value);
                    default ->
                        throw at(
                                entry.getKeyNode(),
                                "unknown key '" + text(entry.getKeyNode())
                                        + "' (known: auid, orchestrator-key, socket, group, drift, report, allow)");
                }
            }
            return new Config(
                    auid.orElseThrow(() -> at(root, "auid is missing")),
                    key.orElseThrow(() -> at(root, "orchestrator-key is missing")),
                    socket,
                    group,
                    driftCheck,
                    pace,
                    allow);
        }

        private Auid auid(Node node) throws ConfigException {
            try {
                return new Auid(text(node));
            } catch (IllegalArgumentException e) {
                throw at(node, String.valueOf(e.getMessage()));
            }
        }

        private PublicKey key(Node node) throws ConfigException {
            try {
                byte[] encoded = Base64.getMimeDecoder().decode(text(node));
                return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw at(
                        node,
                        "orchestrator-key: no Ed25519 public key (expected: X.509 SubjectPublicKeyInfo in base64)");
            }
        }

        private Duration driftCheck(Node node) throws ConfigException {
            Duration check = DRIFT_CHECK;
            for (NodeTuple entry : entries(node)) {
                if (!text(entry.getKeyNode()).equals("check")) {
                    throw at(entry.getKeyNode(), "unknown key '" + text(entry.getKeyNode()) + "' (known: check)");
                }
                check = duration(entry.getValueNode());
            }
            return check;
        }

        private JobBoard.Pace pace(Node node) throws ConfigException {
            Duration sysinfo = JobBoard.Pace.DEFAULT.sysinfo();
            Duration service = JobBoard.Pace.DEFAULT.service();
            for (NodeTuple entry : entries(node)) {
                switch (text(entry.getKeyNode())) {
                    case "sysinfo" -> sysinfo = interval(entry.getValueNode());
                    case "service" -> service = interval(entry.getValueNode());
                    default ->
                        throw at(
                                entry.getKeyNode(),
                                "unknown key '" + text(entry.getKeyNode()) + "' (known: sysinfo, service)");
                }
            }
            return new JobBoard.Pace(sysinfo, service);
        }

        private Duration interval(Node node) throws ConfigException {
            Duration interval = duration(node);
            if (!interval.isZero()
                    && (interval.compareTo(Job.MIN_INTERVAL) < 0 || interval.compareTo(Job.MAX_INTERVAL) > 0)) {
                throw at(node, "duration: " + text(node) + " (expected: 0s, or from 1s to 366 days)");
            }
            return interval;
        }

        private Duration duration(Node node) throws ConfigException {
            Matcher parts = DURATION.matcher(text(node));
            if (!parts.matches()) {
                throw at(node, "duration: " + text(node) + " (expected: such as 60s, 5m, 1h)");
            }
            long amount = Long.parseLong(parts.group(1));
            return switch (parts.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
        }

        private List<String> paths(Node node) throws ConfigException {
            if (!(node instanceof SequenceNode sequence)) {
                throw at(node, "expected: a list of paths");
            }
            var paths = new ArrayList<String>();
            for (Node one : sequence.getValue()) {
                paths.add(path(one));
            }
            return paths;
        }

        private String path(Node node) throws ConfigException {
            String path = text(node);
            if (!path.startsWith("/") || path.contains("/../") || path.endsWith("/..")) {
                throw at(node, "path: " + path + " (expected: absolute, without '..')");
            }
            return path;
        }

        private List<NodeTuple> entries(Node node) throws ConfigException {
            if (!(node instanceof MappingNode mapping)) {
                throw at(node, "expected: keys and values");
            }
            var seen = new HashSet<String>();
            for (NodeTuple entry : mapping.getValue()) {
                if (!seen.add(text(entry.getKeyNode()))) {
                    throw at(entry.getKeyNode(), "key '" + text(entry.getKeyNode()) + "' stands here twice");
                }
            }
            return mapping.getValue();
        }

        private String text(Node node) throws ConfigException {
            if (!(node instanceof ScalarNode scalar)) {
                throw at(node, "expected: a single value");
            }
            return scalar.getValue();
        }

        private ConfigException at(Node node, String problem) {
            return new ConfigException(
                    file + node.getStartMark().map(Config::position).orElse("") + " " + problem);
        }
    }
}

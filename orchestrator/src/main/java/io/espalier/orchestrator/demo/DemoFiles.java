package io.espalier.orchestrator.demo;

import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.hosting.HostedRepositories;
import io.espalier.orchestrator.ssh.HostKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes what a demo's processes read: repositories, configurations, {@code demo.json}. */
final class DemoFiles {

    private DemoFiles() {}

    /**
     * Makes the hosted repositories {@code demo} and {@code templates} if they are not there yet.
     *
     * @param samples the folder {@code repos} of the product
     */
    static void repositories(DemoFolder folder, Path samples, String hostsYaml) throws IOException {
        try (var repositories = new HostedRepositories(folder.data().resolve("git"), PackLimits.DEFAULT)) {
            if (!repositories.names().contains(new SourceName("demo"))) {
                Path seed = Files.createTempDirectory(folder.dir(), "seed-");
                copy(samples.resolve("demo"), seed);
                Files.writeString(seed.resolve("hosts.yaml"), hostsYaml);
                repositories.create(new SourceName("demo"), seed);
                delete(seed);
            }
            repositories.create(new SourceName("templates"), samples.resolve("demo-templates"));
        }
    }

    /** The pinned key is what makes these hosts ours: no enrolment by hand is needed for them. */
    static String hostsYaml(Map<DemoHost, HostKey> hosts) {
        return hosts.entrySet().stream()
                .map(host -> "%s: { address: 127.0.0.1, port: %d, tier: %s, host-key: \"%s\" }%n"
                        .formatted(
                                host.getKey().name(),
                                host.getKey().sshPort(),
                                host.getKey().tier(),
                                host.getValue().line()))
                .collect(Collectors.joining());
    }

    static void agent(DemoHost host, PublicKey orchestrator) throws IOException {
        Path etc = Files.createDirectories(host.root().resolve("etc/espalier"));
        DemoFolder.writePrivate(etc.resolve("agent.yaml"), """
                auid: %s
                orchestrator-key: %s
                socket: %s
                drift: { check: 5s }
                """.formatted(
                host.auid(), Base64.getEncoder().encodeToString(orchestrator.getEncoded()), socketBeneath(host)));
    }

    /** Beneath the root where it is there; a second slash in front marks a path of the machine itself. */
    private static String socketBeneath(DemoHost host) {
        return host.socket().startsWith(host.root())
                ? "/" + host.root().relativize(host.socket())
                : "/" + host.socket();
    }

    static void server(DemoFolder folder, DemoPorts ports) throws IOException {
        DemoFolder.writePrivate(folder.dir().resolve("server.yaml"), """
                server:
                  address: 127.0.0.1
                  port: %d
                espalier:
                  data: %s
                  access:
                    first-password: "%s"
                    first-token: "%s"
                  sources:
                    fleet: { name: demo, url: demo }
                  dns: { listen: "127.0.0.1:%d", zone: demo.internal }
                  tree: { push-port: %d }
                """.formatted(
                        ports.web(), folder.data(), folder.password(), folder.token(), ports.dns(), ports.tree()));
    }

    static void summary(DemoFolder folder, String url, DemoPorts ports, List<DemoHost> hosts) throws IOException {
        String each = hosts.stream()
                .map(host -> "    {\"name\": \"%s\", \"auid\": \"%s\", \"root\": %s}"
                        .formatted(host.name(), host.auid(), quoted(host.root().toString())))
                .collect(Collectors.joining(",\n"));
        DemoFolder.writePrivate(folder.dir().resolve("demo.json"), """
                {
                  "url": "%s",
                  "user": "%s",
                  "password": "%s",
                  "token": "%s",
                  "git": {"demo": "%s", "templates": "%s"},
                  "httpdns": "127.0.0.1:%d",
                  "tree": "127.0.0.1:%d",
                  "hosts": [
                %s
                  ]
                }
                """.formatted(
                        url,
                        Demo.USER,
                        folder.password(),
                        folder.token(),
                        gitUrl(url, folder.token(), "demo"),
                        gitUrl(url, folder.token(), "templates"),
                        ports.dns(),
                        ports.tree(),
                        each));
    }

    /** With the token in it, so that a clone asks for nothing. */
    static String gitUrl(String url, String token, String repository) {
        return url.replace("://", "://" + Demo.USER + ":" + token + "@") + "/git/" + repository + ".git";
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

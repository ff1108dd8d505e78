package io.espalier.bench;

import static java.util.Objects.requireNonNull;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.FleetReader;
import io.espalier.orchestrator.render.RenderedFile;
import io.espalier.orchestrator.render.Renderer;
import io.espalier.orchestrator.render.Rendering;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.HostName;
import io.espalier.protocol.wire.Facts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** One host of a layer of the template library, rendered as the product does. */
final class LbLibrary {

    private static final Path TEMPLATES = Path.of(System.getenv("ESPALIER_HOME"), "templates");

    private LbLibrary() {}

    private record Texts(SourceName source, TreeMap<String, byte[]> files) implements Snapshot {

        @Override
        public Commit commit() {
            return new Commit(new Revision("1"), "bench", "bench", Instant.EPOCH);
        }

        @Override
        public SortedSet<String> paths() {
            return new TreeSet<>(files.keySet());
        }

        @Override
        public Optional<byte[]> read(String path) {
            return Optional.ofNullable(files.get(path));
        }

        @Override
        public Optional<Commit> lastChange(String path) {
            return Optional.empty();
        }
    }

    /**
     * Lays the files of a host of {@code layer} below {@code root}; it sends to one origin.
     *
     * @param vars more below {@code lb}, in the flow style of YAML, without braces
     */
    static void lay(Path root, String layer, int port, int origin, String vars) throws IOException {
        var fleet = new TreeMap<String, byte[]>();
        fleet.put("fleet.yaml", text("fleet: bench\ntiers: [ " + layer + ", origin ]\n"));
        fleet.put("hosts.yaml", text("""
                lb1: { address: 127.0.0.1, tier: %2$s, vars: { lb: {
                  listen: [ "127.0.0.1:%3$d" ], admin: "127.0.0.1:%5$d", tier: origin, user: root, workers: 1, connections: 4096,
                  files: 8192, pid: %1$s/pid, error_log: %1$s/error.log, error_level: error, state: %1$s/state, temp: %1$s/temp,
                  boot: %1$s/etc/nginx/espalier-peers.json, token: %1$s/token, tls: { on: false }, %6$s } } }
                origin1: { address: 127.0.0.1, tier: origin, vars: { lb: { port: %4$d } } }
                """.formatted(root, layer, port, origin, BenchNginx.freePort(), vars)));
        fleet.put("units/lb.yaml", Files.readAllBytes(TEMPLATES.resolve("nginx-lua/units/" + layer + ".yaml")));
        var templates = new TreeMap<String, byte[]>();
        try (var walk = Files.walk(TEMPLATES.resolve("nginx-lua"))) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                templates.put(TEMPLATES.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        Files.createDirectories(root.resolve("state"));
        Files.createDirectories(root.resolve("temp"));
        render(new Texts(new SourceName("bench"), fleet), new Texts(new SourceName("templates"), templates), root);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void render(Snapshot source, Snapshot templates, Path root) throws IOException {
        var reading = new FleetReader().read(source);
        Fleet fleet = reading.fleet()
                .orElseThrow(() -> new IllegalStateException(reading.problems().toString()));
        try (var renderer = new Renderer()) {
            var rendering = renderer.of(fleet, source, Optional.of(templates))
                    .render(requireNonNull(fleet.hosts().get(new HostName("lb1"))), Facts.NONE);
            switch (rendering) {
                case Rendering.Failed(var problems) -> throw new IllegalStateException(problems.toString());
                case Rendering.Done(var host) -> {
                    for (RenderedFile file : host.units().getFirst().files()) {
                        Path to = root.resolve(file.path().substring(1));
                        Files.createDirectories(to.getParent());
                        Files.write(to, file.content().bytes());
                    }
                }
            }
        }
    }
}

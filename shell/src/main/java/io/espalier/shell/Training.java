package io.espalier.shell;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.espalier.protocol.api.DriftView;
import io.espalier.protocol.api.EventView;
import io.espalier.protocol.api.FleetStatus;
import io.espalier.protocol.api.HostDetail;
import io.espalier.protocol.api.HostPage;
import io.espalier.protocol.api.HostView;
import io.espalier.protocol.api.PlanView;
import io.espalier.protocol.api.RolloutDetail;
import io.espalier.protocol.api.RolloutView;
import io.espalier.protocol.api.SourceView;
import io.espalier.shell.command.Shell;
import io.espalier.shell.console.Console;
import io.espalier.shell.console.Prompter;
import io.espalier.shell.console.SystemConsole;
import io.espalier.shell.interactive.InteractiveShell;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jline.terminal.impl.DumbTerminal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The run from which the AOT cache is made ({@code src/main/aot/training}): the commands that people type most, against a
 * server in this process that answers with made-up values, so that the cache holds all that a real command loads, down to
 * the readers of the answers. It touches nothing but its own port.
 */
final class Training {
    static final String OPTION = "--train";

    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final List<String> LINES = List.of(
            "status",
            "status --output json",
            "status --output yaml",
            "hosts",
            "hosts --output json",
            "host web1",
            "sources",
            "plan",
            "plan --host web1 --output json",
            "deploy --yes",
            "rollouts",
            "rollout 1",
            "drift",
            "hosts --help",
            "hsots");

    private Training() {}

    /** @return 0 if all went as it should: a cache of failures would be of little use */
    static int run(Path home) throws IOException {
        var json = JsonMapper.builder().build();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/", exchange -> answer(exchange, json));
        server.start();
        try {
            var env = Map.of(
                    "ESPALIER_URL", "http://127.0.0.1:" + server.getAddress().getPort());
            var shell = new Shell(env, home, home, Clock.systemUTC(), ZoneOffset.UTC);
            var console = new Console(
                    InputStream.nullInputStream(),
                    OutputStream.nullOutputStream(),
                    OutputStream.nullOutputStream(),
                    Prompter.NOBODY,
                    new Console.Look(true, 100),
                    new Console.Look(true, 100));
            int failed = 0;
            for (String line : LINES) {
                int status = shell.run(List.of(line.split(" ")), console);
                failed += status == (line.equals("hsots") ? Shell.USAGE : Shell.FINE) ? 0 : 1;
            }
            SystemConsole.of(Map.of("TERM", "xterm"));
            converse(shell, home);
            return failed == 0 ? Shell.FINE : Shell.FAILED;
        } finally {
            server.stop(0);
        }
    }

    private static void converse(Shell shell, Path home) throws IOException {
        var typed = new ByteArrayInputStream("status\nexit\n".getBytes(StandardCharsets.UTF_8));
        var nowhere = OutputStream.nullOutputStream();
        try (var terminal = new DumbTerminal("training", "xterm", typed, nowhere, StandardCharsets.UTF_8)) {
            InteractiveShell.converse(shell, terminal, Map.of(), home);
        }
    }

    private static void answer(HttpExchange exchange, JsonMapper json) throws IOException {
        exchange.getRequestBody().readAllBytes();
        Object value = sample(
                exchange.getRequestMethod(), exchange.getRequestURI().getPath().replace("/api/v1", ""));
        byte[] body = json.writeValueAsBytes(value);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(value == null ? 404 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static @Nullable Object sample(String verb, String path) {
        var host = new HostView(
                "web1", "a1", "web", List.of("web"), "192.0.2.1", "drifted", null, null, "0123456789ab", 1, THEN);
        var drift = new DriftView("web1", "/etc/motd", "motd", "content", "a", "b", THEN);
        var rollout = new RolloutView(
                1, "deploy", "0123456789ab", "subject", "ann", "done", null, null, 1, 1, 1, 1, 0, 0, THEN, THEN);
        return switch (path) {
            case "/status" ->
                new FleetStatus("demo", "in-sync", "0123456789ab", Map.of("in-sync", 1), 1L, "detail", "0");
            case "/hosts" -> new HostPage(List.of(host), 0, 500, 1);
            case "/hosts/web1" -> detail(host, drift);
            case "/sources" -> List.of(source());
            case "/plan" -> plan();
            case "/rollouts" -> verb.equals("POST") ? rollout : List.of(rollout);
            case "/rollouts/1" -> {
                var step = new RolloutDetail.HostStep("web1", "applied", null, null, 41L, THEN);
                var wave = new RolloutDetail.Wave(1, "web", true, "done", List.of(step));
                yield new RolloutDetail(rollout, List.of(wave), 1);
            }
            case "/rollouts/1/events" -> List.of(new EventView(1, 1, THEN, "ended", 1, "web1", "applied", "text"));
            case "/drift" -> List.of(drift);
            default -> null;
        };
    }

    private static HostDetail detail(HostView host, DriftView drift) {
        var facts = new HostDetail.FactsView("web1", 2, 2L << 30, "Debian", "6.1", "amd64", List.of("192.0.2.1"));
        var unit = new HostDetail.HeldUnit("motd", List.of("nginx"), "reload", List.of("http"));
        var file = new HostDetail.HeldFile(
                "/etc/motd", "motd", "00", 12, "0644", "root", "root", "demo:motd", "0123456789ab", "ann");
        var apply = new HostDetail.ApplyView(1, "0123456789ab", "r", 1L, "applied", null, null, THEN);
        return new HostDetail(
                host, "0", "SHA256:a", null, facts, List.of(unit), List.of(file), List.of(drift), List.of(apply));
    }

    private static SourceView source() {
        return new SourceView(
                "demo",
                "fleet",
                "file:///srv/demo",
                "main",
                "0123456789ab",
                "ann",
                "subject",
                THEN,
                THEN,
                "settled",
                null,
                null,
                null,
                List.of(),
                List.of());
    }

    private static PlanView plan() {
        var change = new PlanView.Change("update", "/etc/motd", "motd", "@@ -1 +1 @@\n-a\n+b\n", null);
        var group = new PlanView.Group(List.of("web1"), List.of(change), List.of("reload"));
        return new PlanView("00", "0123456789ab", 1, 0, List.of(group), List.of(), List.of(), null);
    }
}

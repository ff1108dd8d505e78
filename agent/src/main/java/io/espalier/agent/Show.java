package io.espalier.agent;

import io.espalier.agent.apply.AllowedPaths;
import io.espalier.agent.apply.Holding;
import io.espalier.agent.drift.DriftWatch;
import io.espalier.agent.fs.BeneathFs;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.json.Json;
import io.espalier.agent.observe.DigestCache;
import io.espalier.agent.observe.Observer;
import io.espalier.agent.system.Names;
import io.espalier.agent.system.ProcessRunner;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.protocol.wire.LastApply;
import java.io.IOException;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What this host holds, for people and for programs: read from the agent's journal and looked at on disk, so that it
 * works without the daemon too. Changes nothing.
 *
 * @param auid empty if the configuration cannot be read
 * @param isRunning whether a daemon takes connections
 */
record Show(Optional<String> auid, boolean isRunning, Holding holding, List<DriftedPath> drift) {

    static void print(Arguments arguments, PrintStream out) throws IOException {
        try (var fs = new BeneathFs(arguments.root())) {
            Show show = look(arguments, fs);
            out.print(arguments.json() ? show.json() : show.text());
        }
    }

    private static Show look(Arguments arguments, Fs fs) throws IOException {
        Holding holding = Holding.read(fs, Daemon.STATE);
        List<DriftedPath> drift = List.of();
        if (holding.release().isPresent()) {
            InstantSource clock = InstantSource.system();
            var paths = new AllowedPaths(List.of(), Daemon.BARRED);
            var observer = new Observer(fs, new DigestCache(fs, clock), paths::isPrivate);
            var names = new Names(Path.of("/etc"), new ProcessRunner(arguments.root(), Map.of()));
            drift = DriftWatch.peek(holding.release().get(), fs, observer, names, clock, Daemon.STATE);
        }
        Optional<Config> config = config(arguments);
        Path socket = arguments.below(config.map(Config::socket).orElse(Config.SOCKET));
        return new Show(config.map(known -> known.auid().value()), answers(socket), holding, drift);
    }

    private static Optional<Config> config(Arguments arguments) {
        try {
            return Optional.of(Config.read(arguments.configFile()));
        } catch (ConfigException e) {
            return Optional.empty();
        }
    }

    private static boolean answers(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * In one word: as in docs/spec/host.md, {@code empty} for a host that never had a release, and {@code interrupted} for
     * one whose agent stopped in the middle of an apply and does not run.
     */
    String state() {
        if (holding.underWay().isPresent()) {
            return isRunning ? "applying" : "interrupted";
        }
        if (holding.confirmBy().isPresent()) {
            return "waiting";
        }
        if (hasFailed()) {
            return "failed";
        }
        if (holding.onDisk().isEmpty()) {
            return "empty";
        }
        return drift.isEmpty() ? "in-sync" : "drifted";
    }

    private boolean hasFailed() {
        return holding.last()
                .filter(last -> last.outcome() instanceof ApplyOutcome.Rejected
                        || last.outcome() instanceof ApplyOutcome.RolledBack)
                .isPresent();
    }

    private String text() {
        var text = new StringBuilder();
        line(text, "agent", auid.orElse("(no agent.yaml)") + (isRunning ? ", running" : ", not running"));
        line(text, "state", state());
        line(
                text,
                "release",
                holding.onDisk()
                        .map(held -> held.id().abbreviated() + ", manifest " + held.number())
                        .orElse("none"));
        holding.underWay()
                .ifPresent(held -> line(text, "under way", held.id().abbreviated() + ", manifest " + held.number()));
        holding.previous()
                .ifPresent(held -> line(text, "previous", held.id().abbreviated() + ", manifest " + held.number()));
        holding.last()
                .ifPresent(last ->
                        line(text, "last", "manifest " + last.number() + " at " + last.at() + ": " + inWords(last)));
        holding.confirmBy()
                .ifPresent(by -> line(text, "confirm", "awaited until " + by + ", else this host goes back by itself"));
        for (Release release : holding.release().stream().toList()) {
            for (Unit unit : release.units()) {
                String reload =
                        unit.reload().map(command -> ", reload " + command).orElse("");
                line(
                        text,
                        "unit",
                        unit.name() + ", files " + unit.files().size() + ", health checks "
                                + unit.health().size() + reload);
            }
        }
        drift.forEach(path -> line(
                text, "drift", path.path() + ", " + word(path) + ", unit " + path.unit() + ", since " + path.since()));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-10s %s%n", name, Json.printable(value)));
    }

    private static String word(DriftedPath path) {
        return path.kind().name().toLowerCase(Locale.ROOT);
    }

    private static String inWords(LastApply last) {
        return switch (last.outcome()) {
            case ApplyOutcome.Unchanged() -> "unchanged";
            case ApplyOutcome.Applied(var changed, var reloaded, var awaiting, var took) ->
                "applied, " + changed + " paths changed"
                        + (reloaded.isEmpty() ? "" : ", reloaded " + String.join(" ", reloaded)) + ", " + took + " ms";
            case ApplyOutcome.Rejected(var reason, var detail) -> "rejected, " + reason.word() + ": " + detail;
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                "rolled back, " + reason.word() + ": " + detail;
        };
    }

    private String json() {
        var json = new Json();
        json.open().name("auid").text(auid).name("running").flag(isRunning);
        json.name("state").text(state()).name("number").number(holding.number());
        held(json.name("release"), holding.onDisk());
        held(json.name("previous"), holding.previous());
        held(json.name("underWay"), holding.underWay());
        json.name("confirmBy").text(holding.confirmBy().map(Object::toString)).name("last");
        if (holding.last().isPresent()) {
            write(json, holding.last().get());
        } else {
            json.none();
        }
        json.name("units").openList();
        for (Release release : holding.release().stream().toList()) {
            release.units()
                    .forEach(unit -> json.open()
                            .name("name")
                            .text(unit.name())
                            .name("files")
                            .number(unit.files().size())
                            .name("reload")
                            .text(unit.reload().map(Object::toString))
                            .name("health")
                            .number(unit.health().size())
                            .close());
        }
        json.closeList().name("drift").openList();
        drift.forEach(path -> json.open()
                .name("path")
                .text(path.path())
                .name("unit")
                .text(path.unit())
                .name("kind")
                .text(word(path))
                .name("since")
                .text(path.since().toString())
                .close());
        return json.closeList().close().toString() + "\n";
    }

    private static void held(Json json, Optional<Holding.Held> held) {
        if (held.isEmpty()) {
            json.none();
            return;
        }
        json.open().name("id").text(held.get().id().digest().hex());
        json.name("number").number(held.get().number()).close();
    }

    private static void write(Json json, LastApply last) {
        json.open().name("number").number(last.number());
        json.name("release").text(last.release().digest().hex());
        json.name("at").text(last.at().toString()).name("outcome");
        switch (last.outcome()) {
            case ApplyOutcome.Unchanged() -> json.text("unchanged");
            case ApplyOutcome.Applied applied ->
                json.text("applied").name("changed").number(applied.changed());
            case ApplyOutcome.Rejected(var reason, var detail) ->
                json.text("rejected")
                        .name("reason")
                        .text(reason.word())
                        .name("detail")
                        .text(detail);
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                json.text("rolled-back")
                        .name("reason")
                        .text(reason.word())
                        .name("detail")
                        .text(detail)
                        .name("clean")
                        .flag(clean);
        }
        json.close();
    }
}

package io.espalier.orchestrator.plan;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.orchestrator.fleet.RolloutPolicy.Share;
import io.espalier.orchestrator.fleet.Tier;
import io.espalier.orchestrator.fleet.Vars;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.ObservedFile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Small releases and what hosts say of them. */
final class Samples {

    static final HostName WEB1 = new HostName("web1");

    private Samples() {}

    static Digest digest(String content) {
        return Digest.of(content.getBytes(StandardCharsets.UTF_8));
    }

    static FileEntry file(String path, String content) {
        return file(path, content, 0644, false);
    }

    static FileEntry file(String path, String content, int mode, boolean secret) {
        return new FileEntry(path, digest(content), content.length(), mode, "root", "root", secret);
    }

    static Unit unit(String name, boolean reloads, List<String> purged, FileEntry... files) {
        return new Unit(
                name,
                List.of(),
                List.of(),
                new TreeMap<>(),
                Arrays.asList(files),
                purged,
                Optional.empty(),
                Optional.empty(),
                reloads ? Optional.of(new Command(List.of("reload", name), Command.DEFAULT_TIMEOUT)) : Optional.empty(),
                List.of());
    }

    static Release release(Unit... units) {
        return release(WEB1, units);
    }

    static Release release(HostName host, Unit... units) {
        return new Release(host, Arrays.asList(units));
    }

    static ObservedFile held(String path, String content) {
        return held(path, content, 0644, "root");
    }

    static ObservedFile held(String path, String content, int mode, String owner) {
        return new ObservedFile(
                path, ObservedFile.Kind.FILE, Optional.of(digest(content)), content.length(), mode, owner, "root");
    }

    static ObservedFile link(String path) {
        return new ObservedFile(path, ObservedFile.Kind.LINK, Optional.empty(), 0, 0777, "root", "root");
    }

    static ObservedFile folder(String path) {
        return new ObservedFile(path, ObservedFile.Kind.FOLDER, Optional.empty(), 0, 0755, "root", "root");
    }

    static Message.Observed observed(Optional<ReleaseId> current, ObservedFile... files) {
        return new Message.Observed(current, Arrays.asList(files));
    }

    static Host host(HostName name, String tier) {
        return new Host(
                name,
                new Host.SshAddress("", 22, "espalier", Optional.empty(), Optional.empty()),
                tier,
                new TreeSet<>(),
                Vars.NONE);
    }

    static ReleaseSet set(Map<HostName, Release> releases) {
        var commit = new Commit(new Revision("4f5c1a2b00000000"), "Ada <ada@example.org>", "Change it", Instant.EPOCH);
        var hosts = new TreeMap<HostName, Host>();
        releases.keySet().forEach(name -> hosts.put(name, host(name, "web")));
        var policy = new RolloutPolicy(
                List.of("web"),
                new Share.Hosts(1),
                new Share.Percent(50),
                0,
                Duration.ZERO,
                Set.of(),
                Duration.ofSeconds(30));
        var fleet = new Fleet(
                "shop",
                Map.of(),
                List.of(new Tier("web", "web", true)),
                hosts,
                List.of(),
                policy,
                true,
                Duration.ofSeconds(60));
        return new ReleaseSet(
                commit, Map.of(new SourceName("fleet"), commit), fleet, new TreeMap<>(releases), List.of());
    }
}

package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.orchestrator.fleet.RolloutPolicy.Share;
import io.espalier.orchestrator.fleet.Tier;
import io.espalier.orchestrator.fleet.Vars;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.host.Wire;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.HealthCheck;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Model hosts in tiers, links to them, and the release sets that commits of their fleet source would give. */
final class ModelFleet implements Links {

    static final RolloutPolicy POLICY = new RolloutPolicy(
            List.of("db", "web"),
            new Share.Hosts(1),
            new Share.Percent(50),
            0,
            Duration.ZERO,
            Set.of(),
            Duration.ofSeconds(30));

    final SortedMap<HostName, ModelHost> hosts = new TreeMap<>();
    final Map<HostName, String> tiers = new TreeMap<>();
    RolloutPolicy policy = POLICY;

    /** The hosts in the order in which they applied something. */
    final List<HostName> applied = Collections.synchronizedList(new ArrayList<>());

    /** What every release asks for after its reload. */
    Optional<HealthCheck> health = Optional.empty();

    private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();

    /** Stands for the object store. */
    final Map<ReleaseId, Release> built = new ConcurrentHashMap<>();

    private final InstantSource clock;

    ModelFleet(InstantSource clock) {
        this.clock = clock;
    }

    /** Hosts named after their tier, numbered from 1. */
    ModelFleet with(String tier, int count) {
        for (int i = 1; i <= count; i++) {
            var name = new HostName(tier + i);
            hosts.put(name, new ModelHost(name, clock, applied::add));
            tiers.put(name, tier);
        }
        return this;
    }

    ModelHost host(String name) {
        ModelHost host = hosts.get(new HostName(name));
        if (host == null) {
            throw new AssertionError("no host " + name);
        }
        return host;
    }

    /** What commit {@code revision} asks for: every host has one unit of {@code files} files with this content. */
    ReleaseSet commit(String revision, String content, int files) {
        var releases = new TreeMap<HostName, Release>();
        var described = new TreeMap<HostName, Host>();
        hosts.keySet().forEach(name -> {
            Release release = release(name, content, files);
            releases.put(name, release);
            built.put(release.id(), release);
            described.put(
                    name,
                    new Host(
                            name,
                            new Host.SshAddress("", 22, "espalier", Optional.empty(), Optional.empty()),
                            tiers.get(name),
                            new TreeSet<>(),
                            Vars.NONE));
        });
        var commit = new Commit(new Revision(revision), "Ada <ada@example.org>", "Change it", Instant.EPOCH);
        var fleet = new Fleet(
                "shop",
                Map.of(),
                tiers.values().stream()
                        .distinct()
                        .map(tier -> new Tier(tier, tier, true))
                        .toList(),
                described,
                List.of(),
                policy,
                true,
                Duration.ofSeconds(60));
        return new ReleaseSet(commit, Map.of(new SourceName("fleet"), commit), fleet, releases, List.of());
    }

    ReleaseSet commit(String revision, String content) {
        return commit(revision, content, 2);
    }

    static Digest digest(String content) {
        return Digest.of(content.getBytes(StandardCharsets.UTF_8));
    }

    private Release release(HostName host, String content, int files) {
        blobs.put(digest(content), content.getBytes(StandardCharsets.UTF_8));
        List<FileEntry> entries = IntStream.range(0, files)
                .mapToObj(i -> new FileEntry(
                        "/etc/motd%03d".formatted(i), digest(content), content.length(), 0644, "", "", false))
                .toList();
        var unit = new Unit(
                "motd",
                List.of(),
                List.of(),
                new TreeMap<>(),
                entries,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Command(List.of("true"), Command.DEFAULT_TIMEOUT)),
                health.stream().toList());
        return new Release(host, List.of(unit));
    }

    Optional<Release> release(ReleaseId id) {
        return Optional.ofNullable(built.get(id));
    }

    byte[] blob(Digest digest) {
        byte[] blob = blobs.get(digest);
        if (blob == null) {
            throw new IllegalStateException("blob " + digest.abbreviated() + " is lost");
        }
        return blob;
    }

    Optional<Auid> auid(HostName name) {
        return Optional.ofNullable(hosts.get(name)).map(host -> host.auid);
    }

    private ModelHost reach(Host host) {
        ModelHost model = hosts.get(host.name());
        if (model == null) {
            throw new LinkException(Reason.NOT_ENROLLED, host.name() + ": not enrolled");
        }
        return model;
    }

    @Override
    public Link open(Host host) {
        return reach(host).link(false);
    }

    @Override
    public Link openFresh(Host host) {
        return reach(host).link(true);
    }

    @Override
    public Wire tunnel(Host host, int port) {
        throw new LinkException(Reason.UNREACHABLE, host.name() + ": nothing listens on 127.0.0.1:" + port);
    }

    @Override
    public void close() {}
}

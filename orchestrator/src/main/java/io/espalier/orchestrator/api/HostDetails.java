package io.espalier.orchestrator.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostReport;
import io.espalier.orchestrator.plan.Releases;
import io.espalier.orchestrator.release.Provenances;
import io.espalier.orchestrator.rollout.HostHistory;
import io.espalier.orchestrator.rollout.HostStep;
import io.espalier.orchestrator.rollout.RolloutException;
import io.espalier.orchestrator.rollout.RolloutId;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.orchestrator.rollout.StepState;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.ssh.HostKey;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.api.DriftView;
import io.espalier.protocol.api.HostDetail;
import io.espalier.protocol.api.HostDetail.ApplyView;
import io.espalier.protocol.api.HostDetail.FactsView;
import io.espalier.protocol.api.HostDetail.HeldFile;
import io.espalier.protocol.api.HostDetail.HeldUnit;
import io.espalier.protocol.api.HostView;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** All there is to know of one host. */
@Component
public final class HostDetails {

    private static final int APPLIES = 20;

    private final Hosts hosts;
    private final HostRegistry registry;
    private final Releases releases;
    private final Provenances provenances;
    private final Rollouts rollouts;
    private final Sources sources;
    private final Drifts drifts;

    /** Looking up who last changed a file walks the history; what it finds stays true. */
    private final Cache<Place, Optional<Commit>> changes =
            Caffeine.newBuilder().maximumSize(20_000).build();

    private record Place(String source, String revision, String path) {}

    HostDetails(
            Hosts hosts,
            HostRegistry registry,
            Releases releases,
            Provenances provenances,
            Rollouts rollouts,
            Sources sources,
            Drifts drifts) {
        this.hosts = hosts;
        this.registry = registry;
        this.releases = releases;
        this.provenances = provenances;
        this.rollouts = rollouts;
        this.sources = sources;
        this.drifts = drifts;
    }

    /** @throws RequestRefused if there is none of this name */
    public HostDetail of(String name) {
        HostView view = hosts.view(name);
        var host = new HostName(name);
        Optional<HostRecord> record = registry.find(host);
        List<HostHistory.Entry> history = rollouts.history().of(host, APPLIES);
        Optional<ReleaseId> held = record.flatMap(HostRecord::report).flatMap(HostReport::release);
        Optional<Release> release = held.flatMap(releases::find);
        List<Digest> from = history.stream()
                .filter(entry -> Optional.of(entry.release()).equals(held))
                .map(HostHistory.Entry::target)
                .distinct()
                .toList();
        List<DriftView> drift = view.drifted() == 0 ? List.of() : drifts.of(host);
        return new HostDetail(
                view,
                record.flatMap(HostRecord::agentVersion).orElse(null),
                hostKey(host, record),
                record.flatMap(HostRecord::presentedKey)
                        .map(HostDetails::fingerprint)
                        .orElse(null),
                record.flatMap(HostRecord::report)
                        .map(HostReport::facts)
                        .filter(facts -> !facts.equals(Facts.NONE))
                        .map(HostDetails::facts)
                        .orElse(null),
                release.map(HostDetails::units).orElse(List.of()),
                release.map(known -> files(known, host, from)).orElse(List.of()),
                drift,
                applies(host, history));
    }

    private @org.jspecify.annotations.Nullable String hostKey(HostName host, Optional<HostRecord> record) {
        return hosts.inFleet(host)
                .map(Host::ssh)
                .flatMap(Host.SshAddress::hostKey)
                .or(() -> record.flatMap(HostRecord::enrolment).flatMap(HostRecord.Enrolment::hostKey))
                .map(HostDetails::fingerprint)
                .orElse(null);
    }

    private static String fingerprint(String line) {
        try {
            return HostKey.parse(line).toString();
        } catch (IllegalArgumentException e) {
            return line; // an authority, @cert-authority ...
        }
    }

    private static FactsView facts(Facts facts) {
        return new FactsView(
                facts.hostname(),
                facts.cpus(),
                facts.memory(),
                facts.os(),
                facts.kernel(),
                facts.arch(),
                facts.interfaces().stream()
                        .flatMap(one -> one.addresses().stream())
                        .toList());
    }

    private static List<HeldUnit> units(Release release) {
        return release.units().stream()
                .map(unit -> new HeldUnit(
                        unit.name(),
                        unit.packages(),
                        unit.reload().map(Command::toString).orElse(null),
                        unit.health().stream().map(Object::toString).toList()))
                .toList();
    }

    private List<HeldFile> files(Release release, HostName host, List<Digest> from) {
        var files = new ArrayList<HeldFile>();
        for (Unit unit : release.units()) {
            Optional<Provenances.Provenance> provenance = from.stream()
                    .flatMap(target -> provenances.of(target, host, unit.name()).stream())
                    .findFirst();
            for (FileEntry file : unit.files()) {
                var origin = provenance.map(known -> known.files().get(file.path()));
                var change = origin.flatMap(place ->
                        lastChange(place.source(), provenance.get().sources().get(place.source()), place.path()));
                files.add(new HeldFile(
                        file.path(),
                        unit.name(),
                        file.content().hex(),
                        file.size(),
                        Modes.octal(file.mode()),
                        file.owner(),
                        file.group(),
                        origin.map(Object::toString).orElse(null),
                        change.map(commit -> commit.revision().id()).orElse(null),
                        change.map(Commit::author).orElse(null)));
            }
        }
        return files;
    }

    private Optional<Commit> lastChange(
            String source, @org.jspecify.annotations.Nullable String revision, String path) {
        if (revision == null) {
            return Optional.empty();
        }
        return changes.get(new Place(source, revision, path), place -> {
            try {
                return sources.snapshot(new SourceName(source), new Revision(revision))
                        .lastChange(path);
            } catch (SourceException e) {
                return Optional.empty();
            }
        });
    }

    /** The newest first: what was taken, and before it the last attempt if that one failed. */
    private List<ApplyView> applies(HostName host, List<HostHistory.Entry> history) {
        var applies = new ArrayList<ApplyView>();
        rollouts.latestStep(host).flatMap(step -> failure(host, step)).ifPresent(applies::add);
        for (HostHistory.Entry entry : history) {
            applies.add(new ApplyView(
                    entry.number(),
                    entry.release().toString(),
                    revision(entry.rollout()).orElse(null),
                    entry.rollout().value(),
                    "applied",
                    null,
                    null,
                    entry.at()));
        }
        return applies;
    }

    private Optional<ApplyView> failure(HostName host, HostStep step) {
        if (!(step.state() instanceof StepState.Failed(var reason, var detail))
                || step.endedAt().isEmpty()) {
            return Optional.empty();
        }
        Optional<RolloutId> rollout = rollouts.latestRollout(host);
        return Optional.of(new ApplyView(
                step.number(),
                step.to().toString(),
                rollout.flatMap(this::revision).orElse(null),
                rollout.map(RolloutId::value).orElse(null),
                "rolled-back",
                reason.word(),
                detail,
                step.endedAt().get()));
    }

    private Optional<String> revision(RolloutId rollout) {
        try {
            return Optional.of(rollouts.find(rollout).revision());
        } catch (RolloutException e) {
            return Optional.empty();
        }
    }
}

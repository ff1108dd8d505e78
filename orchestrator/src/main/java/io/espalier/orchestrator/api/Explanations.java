package io.espalier.orchestrator.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.espalier.orchestrator.fleet.VarOrigins;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostReport;
import io.espalier.orchestrator.plan.Diffs;
import io.espalier.orchestrator.plan.Releases;
import io.espalier.orchestrator.plan.ShownChange;
import io.espalier.orchestrator.release.Provenances;
import io.espalier.orchestrator.release.ReleaseBuilder;
import io.espalier.orchestrator.render.TracedLine;
import io.espalier.orchestrator.rollout.HostHistory;
import io.espalier.orchestrator.rollout.Rollout;
import io.espalier.orchestrator.rollout.RolloutException;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.History;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.hosting.FleetSource;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.api.ExplainView;
import io.espalier.protocol.api.ExplainView.From;
import io.espalier.protocol.api.ExplainView.Line;
import io.espalier.protocol.api.ExplainView.Variable;
import io.espalier.protocol.api.PathChangeView;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.Facts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Why a file on a host is as it is, and how it became so. */
@Component
public final class Explanations {

    private static final int MOST_APPLIES = 500;
    private static final int MOST_CHANGES = 100;
    private static final int MOST_LINES = 5_000;
    private static final int LONGEST = 500;

    private final Hosts hosts;
    private final HostRegistry registry;
    private final Releases releases;
    private final Provenances provenances;
    private final ReleaseBuilder builder;
    private final Rollouts rollouts;
    private final Sources sources;
    private final FleetSource fleet;
    private final Diffs diffs;

    /** Who wrote which line of a file at a revision; walks the history, and stays true. */
    private final Cache<Place, List<Optional<Commit>>> written =
            Caffeine.newBuilder().maximumSize(500).build();

    private record Place(SourceName source, Revision revision, String path) {}

    Explanations(
            Hosts hosts,
            HostRegistry registry,
            Releases releases,
            Provenances provenances,
            ReleaseBuilder builder,
            Rollouts rollouts,
            Sources sources,
            FleetSource fleet,
            Diffs diffs) {
        this.hosts = hosts;
        this.registry = registry;
        this.releases = releases;
        this.provenances = provenances;
        this.builder = builder;
        this.rollouts = rollouts;
        this.sources = sources;
        this.fleet = fleet;
        this.diffs = diffs;
    }

    /** @throws RequestRefused if the host holds no such file, or it is not known from what it was made */
    public ExplainView explain(String hostName, String path) {
        hosts.view(hostName);
        var host = new HostName(hostName);
        ReleaseId held = registry.find(host)
                .flatMap(HostRecord::report)
                .flatMap(HostReport::release)
                .orElseThrow(() -> RequestRefused.notFound(hostName + " holds no release yet"));
        FileEntry entry = releases.find(held).stream()
                .flatMap(Release::files)
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow(() -> RequestRefused.notFound("the release that " + hostName + " holds has no " + path));
        String unit =
                releases.find(held).flatMap(release -> unit(release, path)).orElseThrow();
        Map<String, String> revisions = revisions(host, held, unit)
                .orElseThrow(() -> RequestRefused.notFound(
                        "it is not known any more from which revision " + hostName + " got its release"));
        Snapshot source = snapshot(fleet.name(), revisions);
        ReleaseBuilder.Explained explained = builder.explain(
                        source,
                        (name, _) -> revisions.containsKey(name.value())
                                ? Optional.of(snapshot(name, revisions))
                                : Optional.empty(),
                        host,
                        path,
                        facts(host))
                .orElseThrow(() -> RequestRefused.notFound("revision "
                        + source.commit().revision().abbreviated() + " cannot be rendered again for " + hostName));
        return new ExplainView(
                hostName,
                path,
                explained.unit(),
                held.toString(),
                source.commit().revision().id(),
                explained.file().origin().toString(),
                note(explained, entry),
                new Sheet(source, revisions, host, explained).lines());
    }

    private static @org.jspecify.annotations.Nullable String note(ReleaseBuilder.Explained explained, FileEntry held) {
        if (explained.file().secret()) {
            return "a secret; its lines are not shown";
        }
        if (!explained.file().content().digest().equals(held.content())) {
            return "the host's facts, or the version of Espalier, are others than when this was rendered;"
                    + " these lines are as it would be rendered now";
        }
        if (explained.lines().isEmpty() && held.size() > 0) {
            return "no text whose lines can be told";
        }
        return explained.lines().size() > MOST_LINES ? "only the first " + MOST_LINES + " lines are shown" : null;
    }

    private Optional<Map<String, String>> revisions(HostName host, ReleaseId held, String unit) {
        return rollouts.history().of(host, MOST_APPLIES).stream()
                .filter(entry -> entry.release().equals(held))
                .flatMap(entry -> provenances.of(entry.target(), host, unit).stream())
                .map(Provenances.Provenance::sources)
                .findFirst();
    }

    private Snapshot snapshot(SourceName name, Map<String, String> revisions) {
        String revision = revisions.get(name.value());
        if (revision == null) {
            throw RequestRefused.notFound("source " + name + " had no part in that release");
        }
        return sources.snapshot(name, new Revision(revision));
    }

    private Map<HostName, Facts> facts(HostName host) {
        return registry.find(host)
                .flatMap(HostRecord::report)
                .map(report -> Map.of(host, report.facts()))
                .orElse(Map.of());
    }

    /** The lines of one explanation, with who wrote what they are made of. */
    private final class Sheet {
        private final Snapshot source;
        private final Map<String, String> revisions;
        private final ReleaseBuilder.Explained explained;
        private final HostName host;
        private final Map<String, VarOrigins> origins = new HashMap<>();

        Sheet(Snapshot source, Map<String, String> revisions, HostName host, ReleaseBuilder.Explained explained) {
            this.source = source;
            this.revisions = revisions;
            this.host = host;
            this.explained = explained;
        }

        List<Line> lines() {
            var lines = new ArrayList<Line>();
            for (TracedLine line : explained.lines()) {
                if (lines.size() == MOST_LINES) {
                    break;
                }
                lines.add(new Line(
                        lines.size() + 1,
                        line.text(),
                        line.spots().stream().map(this::from).toList(),
                        line.variables().entrySet().stream()
                                .map(read -> variable(read.getKey(), read.getValue()))
                                .toList()));
            }
            return lines;
        }

        private From from(TracedLine.Spot spot) {
            String of = explained.file().origin().source();
            Optional<Commit> commit = who(of, spot.path(), spot.line());
            return new From(
                    of + ":" + spot.path(),
                    spot.line(),
                    commit.map(known -> known.revision().id()).orElse(null),
                    commit.map(Commit::author).orElse(null));
        }

        private Variable variable(String name, String value) {
            String shown = value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "…";
            Optional<VarOrigins.Written> place = place(name);
            if (place.isEmpty()) {
                return new Variable(name, shown, null, 0, null, null, note(name));
            }
            String fleetName = source.source().value();
            Optional<Commit> commit =
                    who(fleetName, place.get().file(), place.get().line());
            return new Variable(
                    name,
                    shown,
                    fleetName + ":" + place.get().file(),
                    place.get().line(),
                    commit.map(known -> known.revision().id()).orElse(null),
                    commit.map(Commit::author).orElse(null),
                    null);
        }

        private Optional<VarOrigins.Written> place(String name) {
            if (name.startsWith("vars.")) {
                return origins(host.value()).variable(name.substring("vars.".length()));
            }
            if (name.startsWith("host.")) {
                return origins(host.value()).host(host.value());
            }
            if (name.equals("fleet.name")) {
                return origins(host.value()).name();
            }
            if (!name.startsWith("fleet.hosts.")) {
                return Optional.empty();
            }
            String[] parts = name.substring("fleet.hosts.".length()).split("\\.", 3);
            return parts.length == 3 && parts[1].equals("vars")
                    ? origins(parts[0]).variable(parts[2])
                    : origins(host.value()).host(parts[0]);
        }

        private VarOrigins origins(String of) {
            return origins.computeIfAbsent(of, name -> VarOrigins.of(source, new HostName(name)));
        }

        private static String note(String name) {
            if (name.startsWith("facts.")) {
                return "reported by the host's agent";
            }
            return name.equals("revision") ? "the revision of the fleet source" : "told by no single line";
        }

        private Optional<Commit> who(String of, String path, int line) {
            String revision = revisions.get(of);
            if (revision == null || line < 1) {
                return Optional.empty();
            }
            var place = new Place(new SourceName(of), new Revision(revision), path);
            List<Optional<Commit>> known = written.get(place, Explanations.this::writers);
            return line <= known.size() ? known.get(line - 1) : Optional.empty();
        }
    }

    private List<Optional<Commit>> writers(Place place) {
        try {
            return sources.snapshot(place.source(), place.revision())
                    .history()
                    .map((History history) -> history.lines(place.path()))
                    .orElse(List.of());
        } catch (SourceException e) {
            return List.of();
        }
    }

    /** @throws RequestRefused if there is no such host */
    public List<PathChangeView> history(String hostName, String path, int limit) {
        hosts.view(hostName);
        List<HostHistory.Entry> applies = rollouts.history().of(new HostName(hostName), MOST_APPLIES);
        var changes = new ArrayList<PathChangeView>();
        for (int i = 0; i < applies.size() && changes.size() < Math.clamp(limit, 1, MOST_CHANGES); i++) {
            HostHistory.Entry apply = applies.get(i);
            boolean isOldest = i == applies.size() - 1;
            if (isOldest && applies.size() == MOST_APPLIES) {
                break; // what was before it is not looked at
            }
            Optional<Release> now = releases.find(apply.release());
            Optional<Release> before = isOldest
                    ? Optional.empty()
                    : releases.find(applies.get(i + 1).release());
            if (now.isPresent() && (isOldest || before.isPresent())) {
                change(path, before, now.get())
                        .map(change -> view(apply, change))
                        .ifPresent(changes::add);
            }
        }
        return changes;
    }

    private Optional<ShownChange> change(String path, Optional<Release> before, Release now) {
        Optional<FileEntry> old = before.flatMap(release -> file(release, path));
        Optional<FileEntry> fresh = file(now, path);
        if (old.equals(fresh)) {
            return Optional.empty();
        }
        String unit = unit(now, path)
                .or(() -> before.flatMap(release -> unit(release, path)))
                .orElse("");
        return Optional.of(diffs.between(unit, old, fresh));
    }

    private static Optional<FileEntry> file(Release release, String path) {
        return release.files().filter(file -> file.path().equals(path)).findFirst();
    }

    private static Optional<String> unit(Release release, String path) {
        return release.units().stream()
                .filter(unit ->
                        unit.files().stream().anyMatch(file -> file.path().equals(path)))
                .map(Unit::name)
                .findFirst();
    }

    private PathChangeView view(HostHistory.Entry apply, ShownChange change) {
        Optional<Rollout> rollout = rollout(apply);
        return new PathChangeView(
                apply.number(),
                apply.release().toString(),
                apply.rollout().value(),
                apply.kind().name().toLowerCase(Locale.ROOT),
                change.action().word(),
                rollout.map(Rollout::revision).orElse(null),
                rollout.map(Rollout::author).orElse(null),
                rollout.map(Rollout::subject).orElse(null),
                apply.at(),
                change.diff().orElse(null),
                change.note().isEmpty() ? null : change.note());
    }

    private Optional<Rollout> rollout(HostHistory.Entry apply) {
        try {
            return Optional.of(rollouts.find(apply.rollout()));
        } catch (RolloutException e) {
            return Optional.empty();
        }
    }
}

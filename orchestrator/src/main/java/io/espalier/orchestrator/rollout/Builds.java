package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.FleetReader;
import io.espalier.orchestrator.release.Built;
import io.espalier.orchestrator.release.ReleaseBuilder;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.Sources;
import io.espalier.protocol.HostName;
import io.espalier.protocol.wire.Facts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Builds what the sources ask for, once for each combination of their revisions and of the facts that agents report: the
 * check of a push, its plan and its rollout share one build. Safe for several threads, which build one at a time.
 */
public final class Builds implements Desired {

    private static final int KEPT = 4;

    private final Sources sources;
    private final SourceName fleet;
    private final ReleaseBuilder builder;
    private final Supplier<Map<HostName, Facts>> facts;
    private final FleetReader reader = new FleetReader();
    private final Map<SourceName, Revision> told = new ConcurrentHashMap<>();
    private final ReentrantLock building = new ReentrantLock();
    private final Map<Input, Built> kept = new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Input, Built> eldest) {
            return size() > KEPT;
        }
    };

    private record Input(Revision fleet, Optional<Revision> templates, Map<HostName, Facts> facts) {}

    /** @param fleet the name of the fleet source */
    public Builds(
            Sources sources, SourceName fleet, ReleaseBuilder builder, Supplier<Map<HostName, Facts>> facts) {
        this.sources = sources;
        this.fleet = fleet;
        this.builder = builder;
        this.facts = facts;
    }

    /** The fleet source's name. */
    SourceName fleet() {
        return fleet;
    }

    /** A source is at another commit than before; counts although the watch has not finished telling everybody. */
    void advanced(SourceName source, Revision revision) {
        told.put(source, revision);
    }

    @Override
    public Wish newest() {
        Snapshot snapshot;
        try {
            snapshot = newest(fleet);
        } catch (SourceException e) {
            return new Wish.Unknown(fleet + ": " + e.getMessage());
        }
        Optional<Snapshot> templates;
        try {
            Map<SourceName, SourceSpec> named = named(snapshot);
            if (!named.isEmpty()) { // a fleet that cannot be read names none; what the last good one named stays watched
                sources.follow(named);
            }
            templates = templates(named);
        } catch (SourceException e) {
            return new Wish.Unknown(ReleaseBuilder.TEMPLATES + ": " + e.getMessage());
        }
        return switch (build(snapshot, templates)) {
            case Built.Ready(var releases) -> new Wish.Ready(releases);
            case Built.Refused(var problems) -> new Wish.Refused(snapshot.commit(), problems);
        };
    }

    /** What a push would bring: {@code candidate} in place of what {@code source} holds now; empty if it has no part. */
    Optional<Built> candidate(SourceName source, Snapshot candidate) {
        if (source.equals(fleet)) {
            Optional<Snapshot> templates;
            try {
                templates = templates(named(candidate));
            } catch (SourceException e) {
                templates = Optional.empty(); // told as a problem by the builder
            }
            return Optional.of(build(candidate, templates));
        }
        if (!source.equals(ReleaseBuilder.TEMPLATES)) {
            return Optional.empty();
        }
        try {
            Snapshot current = newest(fleet);
            return named(current).containsKey(source)
                    ? Optional.of(build(current, Optional.of(candidate)))
                    : Optional.empty();
        } catch (SourceException e) {
            return Optional.empty(); // there is no fleet yet that could use it
        }
    }

    @Override
    public Optional<ReleaseSet> at(Map<SourceName, Revision> revisions) {
        Revision wanted = revisions.get(fleet);
        if (wanted == null) {
            return Optional.empty();
        }
        try {
            Snapshot snapshot = sources.snapshot(fleet, wanted);
            Revision templates = revisions.get(ReleaseBuilder.TEMPLATES);
            Built built = build(
                    snapshot,
                    templates == null
                            ? Optional.empty()
                            : Optional.of(sources.snapshot(ReleaseBuilder.TEMPLATES, templates)));
            return built instanceof Built.Ready(var releases) ? Optional.of(releases) : Optional.empty();
        } catch (SourceException e) {
            return Optional.empty();
        }
    }

    private Map<SourceName, SourceSpec> named(Snapshot snapshot) {
        return reader.read(snapshot).fleet().map(read -> read.sources()).orElse(Map.of());
    }

    private Optional<Snapshot> templates(Map<SourceName, SourceSpec> named) {
        if (!named.containsKey(ReleaseBuilder.TEMPLATES)) {
            return Optional.empty();
        }
        try {
            return Optional.of(newest(ReleaseBuilder.TEMPLATES));
        } catch (SourceException notReadYet) {
            sources.follow(named);
            sources.sync(ReleaseBuilder.TEMPLATES);
            return Optional.of(newest(ReleaseBuilder.TEMPLATES));
        }
    }

    private Snapshot newest(SourceName source) {
        Revision revision = told.get(source);
        return revision == null ? sources.snapshot(source) : sources.snapshot(source, revision);
    }

    private Built build(Snapshot source, Optional<Snapshot> templates) {
        Map<HostName, Facts> known = Map.copyOf(facts.get());
        var input = new Input(
                source.commit().revision(), templates.map(snapshot -> snapshot.commit().revision()), known);
        building.lock();
        try {
            Built before = kept.get(input);
            if (before != null) {
                return before;
            }
            Built built = builder.build(
                    source,
                    (name, _) -> name.equals(ReleaseBuilder.TEMPLATES) ? templates : Optional.empty(),
                    known);
            kept.put(input, built);
            return built;
        } finally {
            building.unlock();
        }
    }
}

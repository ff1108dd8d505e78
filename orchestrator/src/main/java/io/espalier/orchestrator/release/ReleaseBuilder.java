package io.espalier.orchestrator.release;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.FleetReader;
import io.espalier.orchestrator.fleet.FleetReading;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.fleet.Tier;
import io.espalier.orchestrator.render.FleetRenderer;
import io.espalier.orchestrator.render.RenderedFile;
import io.espalier.orchestrator.render.RenderedHost;
import io.espalier.orchestrator.render.Renderer;
import io.espalier.orchestrator.render.Rendering;
import io.espalier.orchestrator.render.TracedLine;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.wire.Facts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * The whole way from sources to releases: read, render every host, assemble. What checks a push, shows a plan and starts
 * a rollout calls this, so that all three see the same. Safe for several threads.
 */
public final class ReleaseBuilder {

    /** The source that holds templates, where a fleet names one. */
    public static final SourceName TEMPLATES = new SourceName("templates");

    /** Hosts that are rendered at a time; between them is looked whether to go on. */
    private static final int BATCH = 256;

    /** Distinct ones; after that the rest of the fleet is not looked at. */
    private static final int ENOUGH_PROBLEMS = 200;

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final FleetReader reader = new FleetReader();
    private final Renderer renderer;
    private final ReleaseAssembler assembler;
    private final Provenances provenances;

    public ReleaseBuilder(Renderer renderer, ObjectStore objects, Provenances provenances) {
        this.renderer = renderer;
        this.assembler = new ReleaseAssembler(objects);
        this.provenances = provenances;
    }

    /**
     * Builds the releases that the fleet source asks for.
     *
     * @param source the fleet source at the revision wanted
     * @param others asked for the other sources that the fleet names and needs
     * @param facts what agents reported; hosts that never did may be left out
     */
    public Built build(Snapshot source, Snapshots others, Map<HostName, Facts> facts) {
        return switch (prepare(source, others)) {
            case Prepared.No(var problems) -> new Built.Refused(problems);
            case Prepared.Yes ready -> build(ready, source, facts);
        };
    }

    /**
     * Makes releases in which only {@code units} are of a revision, and everything else is as hosts hold it.
     *
     * @param whole what the revision asks for
     * @param held what each host holds; a host that holds nothing is left out, with a warning
     * @param from the key of the set from which each host's release came, as far as that is known
     */
    public PartialBuild partly(
            ReleaseSet whole, Map<HostName, Release> held, Set<String> units, Map<HostName, Digest> from) {
        Map<String, List<String>> needs = new HashMap<>();
        whole.fleet().units().forEach(unit -> needs.put(unit.name(), unit.needs()));
        var releases = new TreeMap<HostName, Release>();
        var problems = new ArrayList<Problem>();
        whole.releases().forEach((host, wanted) -> {
            Release now = held.get(host);
            if (now == null) {
                problems.add(Problem.warning(
                        host.value(), 0, 0, "holds no release yet and is left out; deploy it whole first"));
                return;
            }
            switch (UnitSwap.swap(now, wanted, units, needs)) {
                case UnitSwap.Outcome.Swapped(var release) -> releases.put(host, release);
                case UnitSwap.Outcome.Unsound(var why) -> problems.add(Problem.error(host.value(), 0, 0, why));
            }
        });
        var set = new ReleaseSet(
                whole.fleetCommit(), whole.sources(), whole.fleet(), releases, whole.warnings(), new TreeSet<>(units));
        releases.values().forEach(assembler::keep);
        provenances.keepPartial(set, whole.key(), from);
        return new PartialBuild(set, problems);
    }

    /**
     * Renders one host without making a release of it.
     *
     * @param unit only its files; empty means all
     * @return {@link Rendering.Failed} also if the fleet cannot be read or has no such host
     */
    public Rendering render(
            Snapshot source, Snapshots others, HostName name, Optional<String> unit, Map<HostName, Facts> facts) {
        return switch (prepare(source, others)) {
            case Prepared.No(var problems) -> new Rendering.Failed(problems);
            case Prepared.Yes ready -> {
                Host host = ready.fleet().hosts().get(name);
                if (host == null) {
                    yield new Rendering.Failed(
                            List.of(Problem.error("hosts.yaml", 0, 0, "there is no host '" + name + "'")));
                }
                Facts known = facts.getOrDefault(name, Facts.NONE);
                yield unit.map(one -> ready.renderer().render(host, known, one))
                        .orElseGet(() -> ready.renderer().render(host, known));
            }
        };
    }

    /**
     * What a file of a host is made of.
     *
     * @param unit that lays it
     * @param lines empty if it is no text, or a secret
     */
    public record Explained(String unit, RenderedFile file, List<TracedLine> lines) {}

    /** Empty if the fleet cannot be rendered for that host, or lays nothing at {@code path} on it. */
    public Optional<Explained> explain(
            Snapshot source, Snapshots others, HostName name, String path, Map<HostName, Facts> facts) {
        if (!(prepare(source, others) instanceof Prepared.Yes ready)) {
            return Optional.empty();
        }
        Host host = ready.fleet().hosts().get(name);
        Facts known = facts.getOrDefault(name, Facts.NONE);
        if (host == null || !(ready.renderer().render(host, known) instanceof Rendering.Done done)) {
            return Optional.empty();
        }
        for (RenderedHost.RenderedUnit unit : done.host().units()) {
            for (RenderedFile file : unit.files()) {
                if (file.path().equals(path)) {
                    List<TracedLine> lines =
                            file.secret() ? List.of() : ready.renderer().trace(host, known, file);
                    return Optional.of(new Explained(unit.spec().name(), file, lines));
                }
            }
        }
        return Optional.empty();
    }

    /** A fleet that can be rendered, or why there is none. */
    private sealed interface Prepared {
        record Yes(Fleet fleet, FleetRenderer renderer, Map<SourceName, Commit> sources, List<Problem> warnings)
                implements Prepared {}

        record No(List<Problem> problems) implements Prepared {}
    }

    private Prepared prepare(Snapshot source, Snapshots others) {
        FleetReading reading = reader.read(source);
        if (reading.fleet().isEmpty()) {
            return new Prepared.No(reading.problems());
        }
        Fleet fleet = reading.fleet().get();
        var sources = new TreeMap<SourceName, Commit>(Map.of(source.source(), source.commit()));
        Optional<Snapshot> templates = Optional.empty();
        SourceSpec spec = fleet.sources().get(TEMPLATES);
        if (spec != null) {
            try {
                templates = others.find(TEMPLATES, spec);
            } catch (SourceException e) {
                return new Prepared.No(List.of(unavailable(String.valueOf(e.getMessage()))));
            }
            if (templates.isEmpty()) {
                return new Prepared.No(List.of(unavailable("has not been fetched yet")));
            }
            sources.put(TEMPLATES, templates.get().commit());
        }
        return new Prepared.Yes(fleet, renderer.of(fleet, source, templates), sources, reading.problems());
    }

    private static Problem unavailable(String why) {
        return Problem.error("fleet.yaml", 0, 0, "source '" + TEMPLATES + "': " + why);
    }

    private Built build(Prepared.Yes ready, Snapshot source, Map<HostName, Facts> facts) {
        var releases = new TreeMap<HostName, Release>();
        var problems = new HostProblems();
        var provenance = new Provenances.Draft(ready.sources());
        List<Host> hosts = List.copyOf(ready.fleet().hosts().values());
        long started = System.nanoTime();
        for (int from = 0; from < hosts.size(); from += BATCH) {
            List<Host> batch = hosts.subList(from, Math.min(hosts.size(), from + BATCH));
            for (HostResult result : inParallel(batch, host -> release(ready, host, facts))) {
                result.problems().forEach(problem -> problems.add(result.host(), problem));
                result.release().ifPresent(release -> releases.put(result.host(), release));
                result.rendered().ifPresent(provenance::add);
            }
            if (problems.size() >= ENOUGH_PROBLEMS) {
                break;
            }
            if (System.nanoTime() - started > LIMIT.toNanos()) {
                problems.add(
                        batch.getLast().name(),
                        Problem.error("fleet.yaml", 0, 0, "rendering takes longer than " + LIMIT.toSeconds() + " s"));
                break;
            }
        }
        if (!problems.isEmpty()) {
            var all = new ArrayList<>(ready.warnings());
            all.addAll(problems.all());
            all.sort(Problem.IN_FILE_ORDER);
            return new Built.Refused(all);
        }
        var set = new ReleaseSet(source.commit(), ready.sources(), ready.fleet(), releases, ready.warnings());
        provenances.keep(set.key(), provenance);
        return new Built.Ready(set);
    }

    private record HostResult(
            HostName host, Optional<Release> release, Optional<RenderedHost> rendered, List<Problem> problems) {}

    private HostResult release(Prepared.Yes ready, Host host, Map<HostName, Facts> facts) {
        return switch (ready.renderer().render(host, facts.getOrDefault(host.name(), Facts.NONE))) {
            case Rendering.Failed(var problems) ->
                new HostResult(host.name(), Optional.empty(), Optional.empty(), problems);
            case Rendering.Done(var rendered) -> {
                boolean hasAgent =
                        ready.fleet().tier(host.tier()).map(Tier::push).orElse(false);
                yield hasAgent
                        ? assembled(rendered)
                        : new HostResult(host.name(), Optional.empty(), Optional.empty(), List.of());
            }
        };
    }

    private HostResult assembled(RenderedHost rendered) {
        try {
            Release release = assembler.assemble(rendered);
            return new HostResult(rendered.host(), Optional.of(release), Optional.of(rendered), List.of());
        } catch (IllegalArgumentException e) {
            return new HostResult(
                    rendered.host(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(Problem.error("fleet.yaml", 0, 0, rendered.host() + ": " + e.getMessage())));
        }
    }

    /** In the order of {@code hosts}. */
    private static List<HostResult> inParallel(List<Host> hosts, Function<Host, HostResult> work) {
        int threads = 2 * Runtime.getRuntime().availableProcessors();
        try (var executor =
                Executors.newFixedThreadPool(threads, Thread.ofVirtual().factory())) {
            List<Callable<HostResult>> tasks = hosts.stream()
                    .<Callable<HostResult>>map(host -> () -> work.apply(host))
                    .toList();
            var results = new ArrayList<HostResult>(hosts.size());
            for (Future<HostResult> result : executor.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("rendering failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while rendering", e);
        }
    }
}

package io.espalier.orchestrator.render;

import io.espalier.orchestrator.fleet.FileSpec;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.Nearest;
import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.fleet.UnitSpec;
import io.espalier.orchestrator.render.RenderedFile.Origin;
import io.espalier.orchestrator.render.RenderedHost.RenderedUnit;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.release.Paths;
import io.espalier.protocol.wire.Facts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Renders the hosts of one fleet at one revision. Safe for several threads. */
public final class FleetRenderer {

    private static final String FILES = "files/";
    private static final String FLEET_FILE = "fleet.yaml";

    private final Fleet fleet;
    private final Snapshot source;
    private final TemplateSet templates;
    private final TemplateWork work;
    private final RenderThreads threads;
    private final Model model;
    private final Map<String, List<String>> matches = new ConcurrentHashMap<>();
    private final Map<Origin, Optional<Content>> plain = new ConcurrentHashMap<>();

    FleetRenderer(Fleet fleet, Snapshot source, TemplateWork work, RenderThreads threads) {
        this.fleet = fleet;
        this.source = source;
        this.work = work;
        this.templates = work.set();
        this.threads = threads;
        this.model = new Model(fleet, source.commit().revision());
    }

    /** Everything that {@code host} should hold, given what its agent reported of the machine. */
    public Rendering render(Host host, Facts facts) {
        return render(host, facts, unit -> true);
    }

    /** Only the files of one unit; of no unit if it does not match the host. */
    public Rendering render(Host host, Facts facts, String unit) {
        return render(host, facts, spec -> spec.name().equals(unit));
    }

    /**
     * What each line of a file that {@link #render} gave was made of. A file that holds what it was made from, byte for
     * byte, was copied: each of its lines is the line of that number there.
     *
     * @return empty if the file is no text or does not come to an end
     */
    public List<TracedLine> trace(Host host, Facts facts, RenderedFile file) {
        Snapshot from = file.origin().source().equals(source.source().value()) ? source : templates.snapshot();
        byte[] content = file.content().bytes();
        if (from.read(file.origin().path())
                .filter(bytes -> Arrays.equals(bytes, content))
                .isPresent()) {
            return copied(file, new String(content, StandardCharsets.UTF_8));
        }
        String prefix = templates.path("");
        if (!file.origin().path().startsWith(prefix)) {
            return List.of();
        }
        String name = file.origin().path().substring(prefix.length());
        Map<String, Object> seen = model.of(host, facts);
        var watch = new RenderThreads.Watch();
        return threads.call(watch, () -> work.trace(name, seen, host.name(), watch))
                        instanceof RenderThreads.Ending.Value<List<TracedLine>>(var lines)
                ? lines
                : List.of();
    }

    private static List<TracedLine> copied(RenderedFile file, String text) {
        var lines = new ArrayList<TracedLine>();
        for (String line : text.lines().toList()) {
            lines.add(new TracedLine(
                    line, List.of(new TracedLine.Spot(file.origin().path(), lines.size() + 1)), Map.of()));
        }
        return lines;
    }

    private Rendering render(Host host, Facts facts, Predicate<UnitSpec> wanted) {
        Map<String, Object> seen = model.of(host, facts);
        var watch = new RenderThreads.Watch();
        RenderThreads.Ending<Rendering> ending =
                threads.call(watch, () -> new OneHost(host, seen, watch).render(wanted));
        return switch (ending) {
            case RenderThreads.Ending.Value<Rendering>(var rendering) -> rendering;
            case RenderThreads.Ending.Hanging<Rendering>(var template) ->
                new Rendering.Failed(List.of(work.hanging(template, seen, host.name())));
            case RenderThreads.Ending.Refused<Rendering> refused ->
                new Rendering.Failed(List.of(Problem.error(
                        FLEET_FILE,
                        0,
                        0,
                        host.name() + ": nothing is rendered while " + RenderThreads.MAX_LEFT_BEHIND
                                + " templates do not end",
                        "restart the orchestrator")));
        };
    }

    /** The rendering of one host, file by file, with everything that is wrong. */
    private final class OneHost {
        private final Host host;
        private final Map<String, Object> seen;
        private final Laid laid;
        private final RenderThreads.Watch watch;
        private final List<Problem> problems = new ArrayList<>();

        OneHost(Host host, Map<String, Object> seen, RenderThreads.Watch watch) {
            this.host = host;
            this.seen = seen;
            this.laid = new Laid();
            this.watch = watch;
        }

        Rendering render(Predicate<UnitSpec> wanted) {
            List<RenderedUnit> units = fleet.unitsOf(host).stream()
                    .filter(wanted)
                    .map(this::render)
                    .toList();
            return problems.isEmpty()
                    ? new Rendering.Done(new RenderedHost(host.name(), units))
                    : new Rendering.Failed(problems);
        }

        private RenderedUnit render(UnitSpec unit) {
            var files = new ArrayList<RenderedFile>();
            var purged = new ArrayList<String>();
            for (FileSpec spec : unit.files()) {
                switch (spec) {
                    case FileSpec.Template one ->
                        template(unit, one, one.to(), one.template()).ifPresent(files::add);
                    case FileSpec.Plain one ->
                        copy(unit, one, one.to(), one.file()).ifPresent(files::add);
                    case FileSpec.Templates many -> {
                        var glob = new Glob(many.glob());
                        for (String name : matching(unit, many, templateNames(many.glob(), glob))) {
                            template(unit, many, many.to() + withoutFtl(glob.relative(name)), name)
                                    .ifPresent(files::add);
                        }
                        addPurged(purged, many.purge(), many.to());
                    }
                    case FileSpec.Plains many -> {
                        var glob = new Glob(many.glob());
                        for (String name : matching(unit, many, plainNames(many.glob(), glob))) {
                            copy(unit, many, many.to() + glob.relative(name), name)
                                    .ifPresent(files::add);
                        }
                        addPurged(purged, many.purge(), many.to());
                    }
                }
            }
            files.sort(Comparator.comparing(RenderedFile::path));
            return new RenderedUnit(unit, files, purged);
        }

        private void addPurged(List<String> purged, boolean purge, String folder) {
            if (purge && !purged.contains(folder)) {
                purged.add(folder);
            }
        }

        private List<String> matching(UnitSpec unit, FileSpec spec, List<String> names) {
            if (names.isEmpty()) {
                complain(unit, spec, "nothing matches '" + globOf(spec) + "'");
            }
            return names;
        }

        private Optional<RenderedFile> template(UnitSpec unit, FileSpec spec, String to, String name) {
            if (!mayLay(unit, spec, to)) {
                return Optional.empty();
            }
            if (!templates.snapshot().paths().contains(templates.path(name))) {
                complain(unit, spec, "there is no template '" + templates.shown(name) + "'" + hintOf(name));
                return Optional.empty();
            }
            return switch (work.render(name, seen, host.name(), watch)) {
                case TemplateWork.Outcome.Text(var text) ->
                    Optional.of(file(spec, to, Content.of(text), new Origin(templates.source(), templates.path(name))));
                case TemplateWork.Outcome.Wrong(var problem) -> {
                    problems.add(problem);
                    yield Optional.empty();
                }
            };
        }

        private String hintOf(String name) {
            String near = Nearest.hint(name, allTemplates());
            return near.isEmpty() ? "" : ", " + near;
        }

        private Optional<RenderedFile> copy(UnitSpec unit, FileSpec spec, String to, String name) {
            if (!mayLay(unit, spec, to)) {
                return Optional.empty();
            }
            boolean inFleet = source.paths().contains(FILES + name);
            var origin = inFleet
                    ? new Origin(source.source().value(), FILES + name)
                    : new Origin(templates.source(), templates.path(name));
            try {
                Optional<Content> content = plain.computeIfAbsent(
                        origin,
                        of -> (inFleet ? source : templates.snapshot())
                                .read(of.path())
                                .map(Content::of));
                if (content.isEmpty()) {
                    complain(unit, spec, "there is no file '" + FILES + name + "'");
                }
                return content.map(bytes -> file(spec, to, bytes, origin));
            } catch (SourceException e) {
                complain(unit, spec, String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        }

        private boolean mayLay(UnitSpec unit, FileSpec spec, String to) {
            try {
                Paths.check(to);
            } catch (IllegalArgumentException e) {
                complain(unit, spec, String.valueOf(e.getMessage()));
                return false;
            }
            Optional<String> conflict = laid.add(to, unit, spec.line());
            conflict.ifPresent(message -> complain(unit, spec, message));
            return conflict.isEmpty();
        }

        private RenderedFile file(FileSpec spec, String to, Content content, Origin origin) {
            FileSpec.Attributes attributes = spec.attributes();
            return new RenderedFile(
                    to, content, attributes.owner(), attributes.group(), attributes.mode(), false, origin);
        }

        private void complain(UnitSpec unit, FileSpec spec, String message) {
            problems.add(Problem.error(unit.declaredIn(), spec.line(), 0, host.name() + ": " + message));
        }
    }

    private List<String> templateNames(String text, Glob glob) {
        return matches.computeIfAbsent("t " + text, key -> below(templates.snapshot(), templates.path(""), glob));
    }

    /** Those of the fleet's own folder; those of the template source where it has none. */
    private List<String> plainNames(String text, Glob glob) {
        return matches.computeIfAbsent("f " + text, key -> {
            List<String> own = below(source, FILES, glob);
            return own.isEmpty() ? below(templates.snapshot(), templates.path(""), glob) : own;
        });
    }

    private List<String> allTemplates() {
        return matches.computeIfAbsent("all", key -> below(templates.snapshot(), templates.path(""), new Glob("**")));
    }

    private static List<String> below(Snapshot snapshot, String prefix, Glob glob) {
        return snapshot.paths().stream()
                .filter(path -> path.startsWith(prefix))
                .map(path -> path.substring(prefix.length()))
                .filter(glob::matches)
                .toList();
    }

    private static String withoutFtl(String name) {
        return name.endsWith(".ftl") ? name.substring(0, name.length() - ".ftl".length()) : name;
    }

    private static String globOf(FileSpec spec) {
        return switch (spec) {
            case FileSpec.Templates many -> many.glob();
            case FileSpec.Plains many -> many.glob();
            case FileSpec.Template one -> one.template();
            case FileSpec.Plain one -> one.file();
        };
    }
}

package io.espalier.orchestrator.api;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostReport;
import io.espalier.orchestrator.plan.ChangeGroup;
import io.espalier.orchestrator.plan.Diffs;
import io.espalier.orchestrator.plan.HostPlan;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.plan.Plans;
import io.espalier.orchestrator.plan.ShownChange;
import io.espalier.orchestrator.release.Built;
import io.espalier.orchestrator.release.PartialBuild;
import io.espalier.orchestrator.release.ReleaseBuilder;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.render.RenderedFile;
import io.espalier.orchestrator.render.Rendering;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.orchestrator.rollout.RolloutId;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.orchestrator.rollout.StartOptions;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.hosting.FleetSource;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.api.DeployRequest;
import io.espalier.protocol.api.PlanView;
import io.espalier.protocol.api.ProblemView;
import io.espalier.protocol.api.RenderedFileView;
import io.espalier.protocol.api.ValidateRequest;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.wire.Facts;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What is wanted: checked, rendered, planned, and carried out. */
@Component
public final class PlanDesk {

    /** More kinds of change than anybody reads; the rest is counted. */
    private static final int MAX_GROUPS = 100;

    private static final int MAX_TOLD = 20;

    private static final int MAX_TEXT = 256 << 10;

    private final FleetSource fleet;
    private final Sources sources;
    private final ReleaseBuilder builder;
    private final Reconciler reconciler;
    private final HostRegistry registry;
    private final Plans plans;
    private final PartialDesk partials;
    private final Diffs diffs;
    private final Rollouts rollouts;

    PlanDesk(
            FleetSource fleet,
            Sources sources,
            ReleaseBuilder builder,
            Reconciler reconciler,
            HostRegistry registry,
            Plans plans,
            PartialDesk partials,
            Diffs diffs,
            Rollouts rollouts) {
        this.fleet = fleet;
        this.sources = sources;
        this.builder = builder;
        this.reconciler = reconciler;
        this.registry = registry;
        this.plans = plans;
        this.partials = partials;
        this.diffs = diffs;
        this.rollouts = rollouts;
    }

    public List<ProblemView> validate(ValidateRequest request) {
        Snapshot uploaded = UploadedSnapshot.of(fleet.name(), request.files());
        return switch (build(uploaded)) {
            case Built.Ready(var releases) ->
                releases.warnings().stream().map(PlanDesk::view).toList();
            case Built.Refused(var problems) ->
                problems.stream().map(PlanDesk::view).toList();
        };
    }

    public List<RenderedFileView> render(String host, @Nullable String unit, @Nullable String ref) {
        HostName name = Hosts.parse(host);
        Snapshot snapshot = snapshot(ref);
        Rendering rendering =
                builder.render(snapshot, (source, _) -> newest(source), name, Optional.ofNullable(unit), facts());
        return switch (rendering) {
            case Rendering.Done(var rendered) ->
                rendered.units().stream()
                        .flatMap(one ->
                                one.files().stream().map(file -> view(one.spec().name(), file)))
                        .toList();
            case Rendering.Failed(var problems) ->
                throw new SourceException(
                        io.espalier.protocol.Reason.RENDER_FAILED,
                        problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        };
    }

    /** @param hosts empty: all; likewise {@code tiers} and {@code units} */
    public PlanView plan(@Nullable String ref, List<String> hosts, List<String> tiers, List<String> units) {
        Built built = ref == null ? wanted() : build(snapshot(ref));
        return switch (built) {
            case Built.Refused(var problems) -> refused(ref, problems);
            case Built.Ready(var releases) -> {
                Set<HostName> chosen = chosen(releases, hosts, tiers);
                if (units.isEmpty()) {
                    yield view(plan(releases, chosen), List.of());
                }
                PartialBuild partly = partials.build(releases, chosen, units);
                if (!partly.isSound()) {
                    yield refused(ref, partly.problems());
                }
                Plan plan = plan(partly.releases(), chosen);
                var told = new ArrayList<>(partly.problems());
                plan.unreachable()
                        .forEach((host, why) -> told.add(
                                Problem.warning(host.value(), 0, 0, "does not answer and is left out (" + why + ")")));
                yield view(partial(plan), told);
            }
        };
    }

    /**
     * Without hosts that do not answer: by the time they return they may hold something else.
     *
     * @throws RequestRefused if a host holds another release than that which its own was made of
     */
    private Plan partial(Plan plan) {
        plan.hosts().forEach((host, one) -> {
            if (!one.from().equals(partials.held(host))) {
                throw RequestRefused.conflict(
                        "host-moved", host + " holds another release than it last reported; look again in a moment");
            }
        });
        return new Plan(plan.target(), plan.hosts(), Collections.emptySortedMap());
    }

    private static Set<HostName> chosen(ReleaseSet target, List<String> hosts, List<String> tiers) {
        hosts.forEach(name -> inside(target, name));
        Set<HostName> chosen = target.releases().keySet().stream()
                .filter(name -> hosts.isEmpty() || hosts.contains(name.value()))
                .filter(name -> tiers.isEmpty() || isIn(target, name, tiers))
                .collect(Collectors.toSet());
        if (chosen.isEmpty() && !tiers.isEmpty()) {
            throw RequestRefused.notFound("no such host is in " + String.join(", ", tiers));
        }
        return chosen;
    }

    /** @param by who wants it */
    public RolloutId deploy(DeployRequest request, String by) {
        ReleaseSet target = switch (wanted()) {
            case Built.Ready(var releases) -> releases;
            case Built.Refused(var problems) ->
                throw RequestRefused.conflict(
                        "invalid-revision",
                        "the newest revision is rejected: "
                                + problems.getFirst().toString());
        };
        refuseOtherRevision(request.ref(), target);
        Set<HostName> chosen = chosen(target, request.hosts(), request.tiers());
        List<String> units = request.units() == null ? List.of() : request.units();
        Plan plan = units.isEmpty()
                ? plan(target, chosen)
                : partial(plan(sound(partials.build(target, chosen, units)), chosen));
        Optional<Digest> agreed = Optional.ofNullable(request.plan()).map(Digest::new);
        if (agreed.isEmpty() && plan.isInSync()) {
            throw RequestRefused.conflict("unchanged", "every host holds what is wanted already");
        }
        return rollouts.start(plan, by, new StartOptions(Manifest.Kind.DEPLOY, agreed, true));
    }

    private static ReleaseSet sound(PartialBuild partly) {
        if (!partly.isSound()) {
            throw RequestRefused.conflict(
                    "unsound",
                    partly.problems().stream()
                            .filter(Problem::isError)
                            .limit(MAX_TOLD)
                            .map(Problem::toString)
                            .collect(Collectors.joining("\n")));
        }
        return partly.releases();
    }

    /** What the hosts hold follows the source; another revision would be taken back by the next look. */
    private void refuseOtherRevision(@Nullable String ref, ReleaseSet target) {
        if (ref == null) {
            return;
        }
        var asked = snapshot(ref).commit().revision();
        var stands = target.fleetCommit().revision();
        if (!asked.equals(stands)) {
            throw RequestRefused.conflict(
                    "invalid-revision",
                    "the fleet follows its source, which stands at " + stands.abbreviated() + ", not at "
                            + asked.abbreviated() + "; push what you want, or roll back");
        }
    }

    private static boolean isIn(ReleaseSet target, HostName name, List<String> tiers) {
        Host host = target.fleet().hosts().get(name);
        return host != null && tiers.contains(host.tier());
    }

    private static void inside(ReleaseSet releases, String host) {
        if (!releases.releases().containsKey(Hosts.parse(host))) {
            throw Hosts.unknown(host);
        }
    }

    private Plan plan(ReleaseSet target, Collection<HostName> hosts) {
        try {
            return plans.plan(target, hosts);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RequestRefused.tooMany("interrupted while asking the hosts");
        }
    }

    private Built wanted() {
        return build(snapshot(null));
    }

    private Built build(Snapshot snapshot) {
        Optional<ReleaseSet> known = reconciler.wanted();
        boolean isNewest = known.isPresent()
                && known.get().sources().entrySet().stream()
                        .allMatch(source -> source.getKey().equals(fleet.name())
                                ? snapshot.commit().equals(source.getValue())
                                : newest(source.getKey()).map(Snapshot::commit).equals(Optional.of(source.getValue())));
        return isNewest
                ? new Built.Ready(known.get())
                : builder.build(snapshot, (source, _) -> newest(source), facts());
    }

    private Snapshot snapshot(@Nullable String ref) {
        return ref == null ? sources.snapshot(fleet.name()) : sources.snapshot(fleet.name(), ref);
    }

    private Optional<Snapshot> newest(SourceName source) {
        return sources.sources().contains(source) ? Optional.of(sources.snapshot(source)) : Optional.empty();
    }

    private Map<HostName, Facts> facts() {
        var facts = new HashMap<HostName, Facts>();
        registry.all()
                .forEach(record ->
                        record.report().map(HostReport::facts).ifPresent(known -> facts.put(record.name(), known)));
        return facts;
    }

    private PlanView view(Plan plan, List<Problem> besides) {
        int inSync =
                (int) plan.hosts().values().stream().filter(HostPlan::isInSync).count();
        var groups = new ArrayList<PlanView.Group>();
        List<ChangeGroup> all = ChangeGroup.of(plan);
        all.stream().limit(MAX_GROUPS).forEach(group -> groups.add(view(group, plan)));
        String reason =
                all.size() > MAX_GROUPS ? (all.size() - MAX_GROUPS) + " more kinds of change are left out here" : null;
        return new PlanView(
                plan.digest().hex(),
                plan.target().fleetCommit().revision().id(),
                plan.hosts().size() - inSync,
                inSync,
                groups,
                plan.unreachable().entrySet().stream()
                        .map(entry -> new PlanView.Unreachable(
                                entry.getKey().value(),
                                entry.getValue().reason().word(),
                                entry.getValue().detail()))
                        .toList(),
                Stream.concat(besides.stream(), plan.target().warnings().stream())
                        .map(PlanDesk::view)
                        .toList(),
                reason);
    }

    private PlanView.Group view(ChangeGroup group, Plan plan) {
        Host host = plan.target().fleet().hosts().get(group.hosts().getFirst());
        List<ShownChange> shown = host == null ? List.of() : diffs.show(group.example(), host);
        return new PlanView.Group(
                group.hosts().stream().map(HostName::value).toList(),
                shown.stream().map(PlanDesk::view).toList(),
                group.example().reloads());
    }

    static PlanView.Change view(ShownChange change) {
        return new PlanView.Change(
                change.action().word(),
                change.path(),
                change.unit(),
                change.diff().orElse(null),
                change.note().isEmpty() ? null : change.note());
    }

    private PlanView refused(@Nullable String ref, List<Problem> problems) {
        return new PlanView(
                "",
                snapshot(ref).commit().revision().id(),
                0,
                0,
                List.of(),
                List.of(),
                problems.stream().map(PlanDesk::view).toList(),
                io.espalier.protocol.Reason.INVALID_REVISION.word());
    }

    static ProblemView view(Problem problem) {
        return new ProblemView(
                problem.file(),
                problem.line(),
                problem.column(),
                problem.message(),
                problem.hint().orElse(null),
                problem.isError() ? "error" : "warning");
    }

    private static RenderedFileView view(String unit, RenderedFile file) {
        Optional<String> text =
                file.secret() ? Optional.empty() : text(file.content().bytes());
        String note = file.secret() ? "(secret)" : text.isEmpty() ? "(binary or large)" : null;
        return new RenderedFileView(
                file.path(),
                unit,
                Modes.octal(file.mode()),
                file.owner(),
                file.group(),
                file.content().digest().hex(),
                file.content().size(),
                file.origin().toString(),
                text.orElse(null),
                note);
    }

    private static Optional<String> text(byte[] bytes) {
        if (bytes.length > MAX_TEXT) {
            return Optional.empty();
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}

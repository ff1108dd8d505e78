package io.espalier.orchestrator.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.orchestrator.rollout.HostStep;
import io.espalier.orchestrator.rollout.Progress;
import io.espalier.orchestrator.rollout.Rollout;
import io.espalier.orchestrator.rollout.RolloutEvent;
import io.espalier.orchestrator.rollout.RolloutException;
import io.espalier.orchestrator.rollout.RolloutId;
import io.espalier.orchestrator.rollout.RolloutLines;
import io.espalier.orchestrator.rollout.RolloutState;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.orchestrator.rollout.StepState;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.api.EventView;
import io.espalier.protocol.api.RollbackRequest;
import io.espalier.protocol.api.RolloutDetail;
import io.espalier.protocol.api.RolloutDetail.Wave;
import io.espalier.protocol.api.RolloutView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Rollouts as the API shows and steers them. */
@Component
public final class RolloutDesk {

    private static final int MAX_LIST = 500;
    private static final int MAX_EVENTS = 5_000;

    private final Rollouts rollouts;

    /** What is over changes no more, unless it is tried again as another version. */
    private final Cache<Ended, Progress> ended =
            Caffeine.newBuilder().maximumSize(2_000).build();

    private record Ended(RolloutId id, int version) {}

    RolloutDesk(Rollouts rollouts) {
        this.rollouts = rollouts;
    }

    /** The newest first. */
    public List<RolloutView> list(int limit) {
        return rollouts.before(Long.MAX_VALUE, Math.clamp(limit, 1, MAX_LIST)).stream()
                .map(this::view)
                .toList();
    }

    /** Those whose revision begins with {@code text} or whose subject contains it, in lower case; the newest first. */
    public List<RolloutView> search(String text, int limit) {
        return rollouts.before(Long.MAX_VALUE, MAX_LIST).stream()
                .filter(rollout -> rollout.revision().startsWith(text)
                        || rollout.subject().toLowerCase(Locale.ROOT).contains(text))
                .limit(limit)
                .map(this::view)
                .toList();
    }

    /** @throws RequestRefused if there is none of this number */
    public RolloutView view(long id) {
        return view(find(id));
    }

    public RolloutDetail detail(long id) {
        // The place in the stream first: an event between the two reads is told twice rather than never
        long lastEvent = lastEvent(id);
        Rollout rollout = find(id);
        List<HostStep> steps = rollouts.steps(rollout.id());
        return new RolloutDetail(view(rollout), waves(rollout, steps), lastEvent);
    }

    private long lastEvent(long id) {
        long last = 0;
        while (true) {
            List<RolloutEvent> some = rollouts.events(new RolloutId(id), last, MAX_EVENTS);
            if (some.isEmpty()) {
                return last;
            }
            last = some.getLast().id();
        }
    }

    public List<EventView> events(long id, long since) {
        Rollout rollout = find(id);
        return rollouts.events(rollout.id(), since, MAX_EVENTS).stream()
                .map(event -> view(rollout, event))
                .toList();
    }

    /** @param action pause, resume, abort, approve or retry */
    public RolloutView steer(long id, String action, String by) {
        RolloutId rollout = find(id).id();
        switch (action) {
            case "pause" -> rollouts.pause(rollout, by);
            case "resume" -> rollouts.resume(rollout, by);
            case "abort" -> rollouts.abort(rollout, by);
            case "approve" -> rollouts.approve(rollout, by);
            case "retry" -> rollouts.retry(rollout, by);
            default ->
                throw RequestRefused.notFound(
                        "action: " + action + " (expected: pause, resume, abort, approve or retry)");
        }
        return view(id);
    }

    /** Takes back all that a rollout changed. */
    public RolloutView undo(long id, String by) {
        return view(rollouts.undo(find(id).id(), by).value());
    }

    /** @param fleet its name */
    public RolloutView rollback(RollbackRequest request, String fleet, String by) {
        Optional<String> to = Optional.ofNullable(request.to());
        if (request.all()) {
            return view(rollouts.rollbackAll(fleet, to, by).value());
        }
        if (request.hosts().size() != 1) {
            throw RequestRefused.malformed("hosts: " + request.hosts().size() + " (expected: one, or all)");
        }
        HostName host = Hosts.parse(request.hosts().getFirst());
        return view(rollouts.rollback(host, to.map(RolloutDesk::release), by).value());
    }

    private static ReleaseId release(String text) {
        try {
            return ReleaseId.parse(text);
        } catch (IllegalArgumentException e) {
            throw RequestRefused.malformed("to: " + text + " (expected: the full id of a release)");
        }
    }

    Rollout find(long id) {
        try {
            return rollouts.find(new RolloutId(id));
        } catch (RolloutException | IllegalArgumentException e) {
            throw RequestRefused.notFound("there is no rollout " + id);
        }
    }

    static EventView view(Rollout rollout, RolloutEvent event) {
        String text = new RolloutLines(rollout).line(event).orElseGet(() -> plainText(event));
        return new EventView(
                event.id(),
                event.rollout().value(),
                event.at(),
                kind(event),
                event.wave(),
                event.host().map(HostName::value).orElse(null),
                state(event),
                text);
    }

    private static String plainText(RolloutEvent event) {
        String host = event.host().map(name -> name + " ").orElse("");
        return switch (event.kind()) {
            case WAVE -> "wave " + event.wave() + ": " + event.detail();
            case SENT -> host + "manifest sent";
            case STEP -> host + stepText(event.detail());
            case REPLANNED -> host + "planned again: " + event.detail();
            default -> host + event.detail();
        };
    }

    /** {@code ROLLED_BACK unit web: ...} as {@code rolled-back unit web: ...} */
    private static String stepText(String detail) {
        int end = detail.indexOf(' ') < 0 ? detail.length() : detail.indexOf(' ');
        return detail.substring(0, end).toLowerCase(Locale.ROOT).replace('_', '-') + detail.substring(end);
    }

    private static String kind(RolloutEvent event) {
        return switch (event.kind()) {
            case WAVE -> "wave";
            case SENT, STEP, REPLANNED -> "step";
            case APPLIED, FAILED, WAITING, PENDING -> "host";
            case VERDICT -> "ended";
            case STATE ->
                event.detail().startsWith("paused")
                        ? "paused"
                        : event.detail().contains(" by ") && event.detail().startsWith("running")
                                ? "resumed"
                                : "started";
        };
    }

    private static @Nullable String state(RolloutEvent event) {
        return switch (event.kind()) {
            case SENT, STEP -> "applying";
            case APPLIED -> "applied";
            case FAILED -> "failed";
            case WAITING -> "waiting";
            case PENDING, REPLANNED -> "pending";
            case STATE, WAVE, VERDICT -> null;
        };
    }

    private RolloutView view(Rollout rollout) {
        Progress progress = rollout.state().isOver()
                ? ended.get(new Ended(rollout.id(), rollout.version()), key -> rollouts.progress(key.id()))
                : rollouts.progress(rollout.id());
        Why why = why(rollout.state());
        return new RolloutView(
                rollout.id().value(),
                rollout.kind().name().toLowerCase(Locale.ROOT),
                rollout.revision(),
                rollout.subject().isEmpty() ? null : rollout.subject(),
                rollout.startedBy(),
                state(rollout.state()),
                why.reason(),
                why.detail(),
                progress.wave(),
                rollout.waves(),
                progress.hosts(),
                progress.applied(),
                progress.failed(),
                progress.waiting(),
                rollout.createdAt(),
                rollout.endedAt().orElse(null));
    }

    private record Why(@Nullable String reason, @Nullable String detail) {}

    private static Why why(RolloutState state) {
        return switch (state) {
            case RolloutState.Failed(var reason, var detail) -> new Why(reason.word(), detail);
            case RolloutState.Aborted(var by) -> new Why(Reason.ABORTED.word(), "by " + by);
            case RolloutState.Superseded(var by) -> new Why(Reason.SUPERSEDED.word(), "by rollout " + by);
            case RolloutState.RolledBack(var by) -> new Why(null, "undone by rollout " + by);
            case RolloutState.Paused(var text) -> new Why(null, text);
            case RolloutState.Soaking(var wave, var until) ->
                new Why(null, "wave " + wave + " is watched until " + until);
            case RolloutState.Planned _, RolloutState.AwaitingApproval _, RolloutState.Running _, RolloutState.Done _ ->
                new Why(null, null);
        };
    }

    private static String state(RolloutState state) {
        return switch (state) {
            case RolloutState.AwaitingApproval _ -> "approval";
            case RolloutState.Soaking _ -> "running";
            default -> state.word();
        };
    }

    private static List<Wave> waves(Rollout rollout, List<HostStep> steps) {
        var byWave = new TreeMap<Integer, List<HostStep>>();
        steps.stream()
                .filter(step -> step.wave() > 0)
                .forEach(step -> byWave.computeIfAbsent(step.wave(), _ -> new ArrayList<>())
                        .add(step));
        Map<String, Long> perTier = byWave.values().stream()
                .flatMap(List::stream)
                .collect(Collectors.groupingBy(step -> step.host().tier(), HashMap::new, Collectors.counting()));
        var begun = new HashSet<String>();
        var waves = new ArrayList<Wave>();
        byWave.forEach((number, inside) -> {
            String tier = inside.getFirst().host().tier();
            int total = perTier.getOrDefault(tier, 0L).intValue();
            boolean isCanary =
                    begun.add(tier) && inside.size() < total && inside.size() == canaries(rollout.policy(), total);
            waves.add(new Wave(
                    number,
                    tier,
                    isCanary,
                    waveState(inside),
                    inside.stream().map(RolloutDesk::step).toList()));
        });
        return waves;
    }

    private static int canaries(RolloutPolicy policy, int total) {
        return policy.canary().of(total);
    }

    private static String waveState(List<HostStep> steps) {
        boolean anyFailed = steps.stream().anyMatch(step -> step.state() instanceof StepState.Failed);
        boolean anyBegun = steps.stream().anyMatch(step -> step.number() > 0);
        boolean isOver = steps.stream()
                .noneMatch(
                        step -> step.state() instanceof StepState.Pending || step.state() instanceof StepState.Sending);
        if (anyFailed) {
            return "failed";
        }
        return isOver ? "done" : anyBegun ? "running" : "pending";
    }

    private static RolloutDetail.HostStep step(HostStep step) {
        String reason = null;
        String detail = null;
        Long took = null;
        switch (step.state()) {
            case StepState.Failed(var why, var text) -> {
                reason = why.word();
                detail = text;
            }
            case StepState.Waiting(var why, var text) -> {
                reason = why.word();
                detail = text;
            }
            case StepState.Applied applied -> took = applied.tookMillis();
            case StepState.InSync _, StepState.Pending _, StepState.Sending _ -> {}
        }
        String state = step.state() instanceof StepState.InSync
                ? "unchanged"
                : step.state().word();
        return new RolloutDetail.HostStep(
                step.name().value(),
                state,
                reason,
                detail,
                took,
                step.endedAt().or(step::startedAt).orElse(null));
    }
}

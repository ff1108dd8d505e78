package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.plan.HostPlan;
import io.espalier.orchestrator.plan.Plans;
import io.espalier.orchestrator.rollout.RolloutEvent.Kind;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.ApplyStep;
import io.espalier.protocol.wire.LastApply;
import io.espalier.protocol.wire.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Takes one host through its step: sends the release, confirms it over a fresh connection, and when it is not known how a
 * sending ended, asks the host. Blocks; everything it waits for has a limit.
 */
final class HostSender {

    private final Links links;
    private final Plans plans;
    private final ManifestSigner signer;
    private final Link.Blobs blobs;
    private final RolloutStore store;
    private final Journal journal;
    private final InstantSource clock;
    private final RolloutLimits limits;

    HostSender(
            Links links,
            Plans plans,
            ManifestSigner signer,
            Link.Blobs blobs,
            RolloutStore store,
            Journal journal,
            InstantSource clock,
            RolloutLimits limits) {
        this.links = links;
        this.plans = plans;
        this.signer = signer;
        this.blobs = blobs;
        this.store = store;
        this.journal = journal;
        this.clock = clock;
        this.limits = limits;
    }

    /** How one try went. */
    private sealed interface Try {

        record Ended(StepState state) implements Try {}

        /** Nothing was changed; another try, with a new number, may do. */
        record Again(Reason reason, String detail, boolean replan, long above) implements Try {}

        /** The link broke while the host was at it. */
        record Unknown(LinkException why) implements Try {}
    }

    /**
     * @param begun stored as {@code applying} under its number
     * @param isStopped whether the rollout was stopped meanwhile, in which case nothing more is sent
     * @return the step as it ended; {@code pending} if nothing was sent
     */
    HostStep send(Rollout rollout, HostStep begun, Auid auid, Release release, BooleanSupplier isStopped)
            throws InterruptedException {
        HostStep step = begun;
        Duration wait = limits.retry();
        Instant patience = clock.instant().plus(limits.settle());
        boolean replan = step.observed().isEmpty();
        while (true) {
            if (isStopped.getAsBoolean()) {
                return step.in(new StepState.Pending(), clock.instant(), replan);
            }
            switch (tryOnce(rollout, step, auid, release, replan)) {
                case Try.Ended(var state) -> {
                    return step.in(state, clock.instant(), false);
                }
                case Try.Unknown(var why) -> {
                    return settle(rollout, step, Optional.of(why));
                }
                case Try.Again(var reason, var detail, var moved, var above) -> {
                    boolean busy = reason == Reason.BUSY;
                    if (busy ? !clock.instant().isBefore(patience) : step.attempts() >= limits.attempts()) {
                        return step.in(new StepState.Waiting(reason, detail), clock.instant(), true);
                    }
                    if (busy) {
                        pause(wait);
                        wait = longer(wait);
                    }
                    replan = moved || replan;
                    if (isStopped.getAsBoolean()) {
                        continue;
                    }
                    step = store.renumber(rollout.id(), step, auid, above, clock.instant());
                }
            }
        }
    }

    private Try tryOnce(Rollout rollout, HostStep step, Auid auid, Release release, boolean replan)
            throws InterruptedException {
        boolean sent = false;
        Instant begin = clock.instant();
        try (Link link = links.open(step.host())) {
            var expected = step.observed();
            if (replan) {
                Message.Status status = link.status();
                if (status.awaitingConfirm()
                        && status.last().map(LastApply::release).equals(Optional.of(step.to()))) {
                    // an earlier try got there, and was cut off before it could be confirmed
                    return new Try.Ended(confirm(rollout, step, status.number(), new StepState.Applied(0, 0)));
                }
                HostPlan plan = plans.plan(link, release);
                tell(rollout, step, Kind.REPLANNED, "", plan.changes().size() + " changes", 0);
                expected = Optional.of(plan.observed());
                if (plan.isInSync()) {
                    return new Try.Ended(new StepState.Applied(0, 0));
                }
            }
            var manifest = new Manifest(
                    auid,
                    step.number(),
                    rollout.kind(),
                    clock.instant(),
                    rollout.policy().confirmWithin(),
                    release);
            tell(rollout, step, Kind.SENT, "", "manifest " + step.number(), 0);
            sent = true;
            ApplyOutcome outcome = link.apply(
                    signer.sign(manifest),
                    expected,
                    blobs,
                    (applyStep, detail) -> told(rollout, step, applyStep, detail, begin));
            return judge(rollout, step, outcome, link);
        } catch (LinkException e) {
            if (sent && Trouble.of(e.reason()) == Trouble.HOST) {
                return new Try.Unknown(e);
            }
            return judge(rollout, step, e.reason(), String.valueOf(e.getMessage()), 0);
        }
    }

    private void told(Rollout rollout, HostStep step, ApplyStep applyStep, String detail, Instant begin) {
        String name = applyStep.name().toLowerCase(java.util.Locale.ROOT);
        long millis = Duration.between(begin, clock.instant()).toMillis();
        tell(rollout, step, Kind.STEP, "", detail.isEmpty() ? name : name + " " + detail, Math.max(0, millis));
    }

    private Try judge(Rollout rollout, HostStep step, ApplyOutcome outcome, Link link) throws InterruptedException {
        return switch (outcome) {
            case ApplyOutcome.Unchanged _ -> new Try.Ended(new StepState.Applied(0, 0));
            case ApplyOutcome.Applied applied -> new Try.Ended(kept(rollout, step, applied, applied.awaitingConfirm()));
            case ApplyOutcome.Rejected(var reason, var detail) -> {
                long above =
                        Trouble.of(reason) == Trouble.NUMBER ? link.status().number() : 0;
                yield judge(rollout, step, reason, detail, above);
            }
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                judge(rollout, step, reason, clean ? detail : unclean(detail), 0);
        };
    }

    private Try judge(Rollout rollout, HostStep step, Reason reason, String detail, long above) {
        return switch (Trouble.of(reason)) {
            case HOST ->
                reason == Reason.INTERRUPTED
                        ? new Try.Again(reason, detail, true, above)
                        : new Try.Ended(new StepState.Waiting(reason, detail));
            case RELEASE -> new Try.Ended(new StepState.Failed(reason, detail));
            case MOVED ->
                rollout.strict()
                        ? new Try.Ended(new StepState.Waiting(reason, detail))
                        : new Try.Again(reason, detail, true, above);
            case NUMBER, BUSY -> new Try.Again(reason, detail, false, above);
        };
    }

    private StepState kept(Rollout rollout, HostStep step, ApplyOutcome.Applied applied, boolean isAwaiting)
            throws InterruptedException {
        var done = new StepState.Applied(applied.changed(), applied.tookMillis());
        return isAwaiting ? confirm(rollout, step, step.number(), done) : done;
    }

    private static String unclean(String detail) {
        return detail + "; the old release did not pass its checks either, look at the host";
    }

    /** Proves to the agent, over a connection made just now, that the host can still be reached. */
    private StepState confirm(Rollout rollout, HostStep step, long number, StepState done) throws InterruptedException {
        Instant deadline = clock.instant().plus(rollout.policy().confirmWithin());
        Duration wait = limits.retry();
        while (true) {
            try (Link fresh = links.openFresh(step.host())) {
                return switch (fresh.confirm(number)) {
                    case ApplyOutcome.Applied _, ApplyOutcome.Unchanged _ -> done;
                    case ApplyOutcome.Rejected(var reason, var detail) ->
                        confirmedBefore(fresh.status(), number)
                                ? done
                                : new StepState.Failed(Reason.NOT_CONFIRMED, reason.word() + ": " + detail);
                    case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                        new StepState.Failed(reason, clean ? detail : unclean(detail));
                };
            } catch (LinkException e) {
                if (!clock.instant().isBefore(deadline)) {
                    return new StepState.Failed(
                            Reason.NOT_CONFIRMED,
                            "not reachable over a fresh connection after the switch ("
                                    + e.reason().word() + ": " + e.getMessage() + "); the host goes back by itself");
                }
                pause(wait);
                wait = longer(wait);
            }
        }
    }

    /** A confirmation whose answer was lost is not a refused one. */
    private static boolean confirmedBefore(Message.Status status, long number) {
        return !status.awaitingConfirm()
                && status.last()
                        .filter(last -> last.number() == number && last.outcome() instanceof ApplyOutcome.Applied)
                        .isPresent();
    }

    /**
     * Learns from the host how the sending of a step's number ended.
     *
     * @param why the link broke; empty after a restart
     * @return the step as it ended; {@code pending} if the host did not take it and it may be sent again
     */
    HostStep settle(Rollout rollout, HostStep step, Optional<LinkException> why) throws InterruptedException {
        Instant patience = clock.instant().plus(limits.settle());
        Duration wait = limits.retry();
        while (true) {
            Message.Status status;
            try (Link link = links.open(step.host())) {
                status = link.status();
            } catch (LinkException e) {
                LinkException told = why.orElse(e);
                return step.in(
                        new StepState.Waiting(told.reason(), String.valueOf(told.getMessage())), clock.instant(), true);
            }
            Optional<LastApply> last = status.last().filter(apply -> apply.number() == step.number());
            if (last.isPresent()) {
                return settled(rollout, step, status, last.get().outcome());
            }
            if (status.number() != step.number()) {
                return notTaken(step, why);
            }
            if (!clock.instant().isBefore(patience)) {
                return step.in(
                        new StepState.Waiting(
                                Reason.TIMED_OUT,
                                "still applying after " + limits.settle().toSeconds() + " s"),
                        clock.instant(),
                        true);
            }
            pause(wait);
            wait = longer(wait);
        }
    }

    private HostStep settled(Rollout rollout, HostStep step, Message.Status status, ApplyOutcome outcome)
            throws InterruptedException {
        Instant now = clock.instant();
        return switch (outcome) {
            case ApplyOutcome.Unchanged _ -> step.in(new StepState.Applied(0, 0), now, false);
            case ApplyOutcome.Applied applied -> {
                boolean isAwaiting = status.awaitingConfirm() && status.number() == step.number();
                StepState state = kept(rollout, step, applied, isAwaiting);
                yield step.in(state, clock.instant(), false);
            }
            case ApplyOutcome.Rejected(var reason, var detail) -> judged(rollout, step, reason, detail);
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                reason == Reason.NOT_CONFIRMED // nobody was there to confirm it: that is no fault of the release
                        ? notTaken(step, Optional.empty())
                        : judged(rollout, step, reason, clean ? detail : unclean(detail));
        };
    }

    private HostStep judged(Rollout rollout, HostStep step, Reason reason, String detail) {
        return switch (judge(rollout, step, reason, detail, 0)) {
            case Try.Ended(var state) -> step.in(state, clock.instant(), true);
            case Try.Again again -> againOrWait(step, again.reason(), again.detail());
            case Try.Unknown(var why) -> againOrWait(step, why.reason(), String.valueOf(why.getMessage()));
        };
    }

    private HostStep notTaken(HostStep step, Optional<LinkException> why) {
        return againOrWait(
                step,
                why.map(LinkException::reason).orElse(Reason.INTERRUPTED),
                why.map(e -> String.valueOf(e.getMessage())).orElse("the host did not take it"));
    }

    private HostStep againOrWait(HostStep step, Reason reason, String detail) {
        return step.in(
                step.attempts() < limits.attempts() ? new StepState.Pending() : new StepState.Waiting(reason, detail),
                clock.instant(),
                true);
    }

    private void tell(Rollout rollout, HostStep step, Kind kind, String reason, String detail, long millis) {
        journal.event(rollout.id(), step.wave(), Optional.of(step.name()), kind, reason, detail, millis);
    }

    private Duration longer(Duration wait) {
        Duration most = limits.retry().multipliedBy(10);
        Duration twice = wait.multipliedBy(2);
        return twice.compareTo(most) < 0 ? twice : most;
    }

    private static void pause(Duration wait) throws InterruptedException {
        Thread.sleep(wait);
    }
}

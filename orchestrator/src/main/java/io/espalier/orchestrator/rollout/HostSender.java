package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.plan.HostPlan;
import io.espalier.orchestrator.plan.Plans;
import io.espalier.orchestrator.rollout.RolloutEvent.Kind;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
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
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one host through its step: sends the release, confirms it over a fresh connection, and when it is not known how a
 * sending ended, asks the host. Blocks; everything it waits for has a limit.
 */
final class HostSender {

    private static final Logger log = LoggerFactory.getLogger(HostSender.class);

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
        try (Link link = links.open(step.host())) {
            return replan
                    ? lookAndApply(rollout, step, auid, release, link)
                    : apply(rollout, step, auid, release, link, step.observed());
        } catch (LinkException e) {
            String detail = String.valueOf(e.getMessage());
            return isOfTheLink(e)
                    ? new Try.Ended(new StepState.Waiting(e.reason(), detail))
                    : judge(rollout, e.reason(), detail, 0);
        }
    }

    /** Of the way to the agent, or of how it talks; otherwise it refused something for a reason of its own. */
    private static boolean isOfTheLink(LinkException e) {
        return e.reason() == Reason.MALFORMED || Trouble.of(e.reason()) == Trouble.HOST;
    }

    /** The status is asked after the look: what came in between the two is then either seen or refused as moved. */
    private Try lookAndApply(Rollout rollout, HostStep step, Auid auid, Release release, Link link)
            throws InterruptedException {
        HostPlan plan = plans.plan(link, release);
        if (!rollout.units().isEmpty() && !plan.isInSync() && !plan.from().equals(step.from())) {
            return new Try.Ended(new StepState.Waiting(
                    Reason.HOST_MOVED, "it holds another release than that which these units were put into"));
        }
        Message.Status status = link.status();
        tell(rollout, step, Kind.REPLANNED, "", plan.changes().size() + " changes", 0);
        if (status.awaitingConfirm()) {
            if (status.last().map(LastApply::release).equals(Optional.of(step.to()))) {
                // an earlier try got there, and was cut off before it could be confirmed
                return new Try.Ended(confirm(rollout, step, status.number(), new StepState.Applied(0, 0)));
            }
            // Something older waits; an agent keeps that for whoever comes over a new connection, and goes on
            try (Link fresh = links.openFresh(step.host())) {
                return apply(rollout, step, auid, release, fresh, Optional.of(plan.observed()));
            }
        }
        return plan.isInSync()
                ? new Try.Ended(new StepState.Applied(0, 0))
                : apply(rollout, step, auid, release, link, Optional.of(plan.observed()));
    }

    private Try apply(Rollout rollout, HostStep step, Auid auid, Release release, Link link, Optional<Digest> expected)
            throws InterruptedException {
        Instant begin = clock.instant();
        var manifest = new Manifest(
                auid, step.number(), rollout.kind(), begin, rollout.policy().confirmWithin(), release);
        tell(rollout, step, Kind.SENT, "", "manifest " + step.number(), 0);
        try {
            ApplyOutcome outcome = link.apply(
                    signer.sign(manifest),
                    expected,
                    digest -> read(step, digest),
                    (applyStep, detail) -> told(rollout, step, applyStep, detail, begin));
            return judge(rollout, step, outcome, link);
        } catch (LinkException e) {
            return isOfTheLink(e) ? new Try.Unknown(e) : judge(rollout, e.reason(), String.valueOf(e.getMessage()), 0);
        } catch (RuntimeException e) { // whatever is wrong with one conversation, the other hosts go on
            log.atError().addKeyValue("host", step.name()).setCause(e).log("an apply ended unexpectedly");
            return new Try.Unknown(new LinkException(Reason.INTERNAL, step.name() + ": " + e, e));
        }
    }

    private byte[] read(HostStep step, Digest digest) {
        try {
            return blobs.read(digest);
        } catch (RuntimeException e) {
            throw new LinkException(
                    Reason.BLOB_MISMATCH,
                    step.name() + ": blob " + digest.abbreviated() + " cannot be read here: " + e.getMessage(),
                    e);
        }
    }

    /** A step that cannot be told does not disturb the conversation in which it is told; that is noticed at the end. */
    private void told(Rollout rollout, HostStep step, ApplyStep applyStep, String detail, Instant begin) {
        String name = applyStep.name().toLowerCase(Locale.ROOT);
        long millis = Math.max(0, Duration.between(begin, clock.instant()).toMillis());
        try {
            tell(rollout, step, Kind.STEP, "", detail.isEmpty() ? name : name + " " + detail, millis);
        } catch (RuntimeException e) {
            log.atDebug().addKeyValue("host", step.name()).setCause(e).log("a step could not be told");
        }
    }

    private Try judge(Rollout rollout, HostStep step, ApplyOutcome outcome, Link link) throws InterruptedException {
        return switch (outcome) {
            case ApplyOutcome.Unchanged _ -> new Try.Ended(new StepState.Applied(0, 0));
            case ApplyOutcome.Applied applied -> new Try.Ended(kept(rollout, step, applied, applied.awaitingConfirm()));
            case ApplyOutcome.Rejected(var reason, var detail) -> {
                long above =
                        Trouble.of(reason) == Trouble.NUMBER ? link.status().number() : 0;
                yield judge(rollout, reason, detail, above);
            }
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                taken(rollout, reason, clean ? detail : unclean(detail));
        };
    }

    private static Try judge(Rollout rollout, Reason reason, String detail, long above) {
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
            case NUMBER -> new Try.Again(reason, detail, false, above);
            case BUSY -> new Try.Again(reason, detail, true, above); // with what was sent before it went silent
        };
    }

    /** Taken back after the switch: an agent that fails at the release blames it. */
    private static Try taken(Rollout rollout, Reason reason, String detail) {
        return reason == Reason.INTERNAL
                ? new Try.Ended(new StepState.Failed(reason, detail))
                : judge(rollout, reason, detail, 0);
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
     * Learns from the host how the sending of a step's number ended. A host that was lost while it was at it is waited for
     * until it must have gone back by itself: a release that cuts its host off is to blame for that.
     *
     * @param why the link broke; empty after a restart
     * @return the step as it ended; {@code pending} if the host did not take it and it may be sent again
     */
    HostStep settle(Rollout rollout, HostStep step, Optional<LinkException> why) throws InterruptedException {
        Instant applied = clock.instant().plus(limits.settle());
        Instant back = why.isEmpty()
                ? clock.instant()
                : clock.instant().plus(rollout.policy().confirmWithin()).plus(limits.grace());
        Duration wait = limits.retry();
        while (true) {
            try (Link link = links.open(step.host())) {
                Message.Status status = link.status();
                Optional<LastApply> last = status.last().filter(apply -> apply.number() == step.number());
                if (last.isPresent()) {
                    return settled(rollout, step, status, last.get().outcome(), why);
                }
                if (status.number() != step.number()) {
                    return notTaken(step, why);
                }
                if (!clock.instant().isBefore(applied)) {
                    String detail = "still applying after " + limits.settle().toSeconds() + " s";
                    return step.in(new StepState.Waiting(Reason.TIMED_OUT, detail), clock.instant(), true);
                }
            } catch (LinkException e) {
                if (!clock.instant().isBefore(back)) {
                    LinkException told = why.orElse(e);
                    var waiting = new StepState.Waiting(told.reason(), String.valueOf(told.getMessage()));
                    return step.in(waiting, clock.instant(), true);
                }
            }
            pause(wait);
            wait = longer(wait);
        }
    }

    private HostStep settled(
            Rollout rollout, HostStep step, Message.Status status, ApplyOutcome outcome, Optional<LinkException> why)
            throws InterruptedException {
        return switch (outcome) {
            case ApplyOutcome.Unchanged() -> step.in(new StepState.Applied(0, 0), clock.instant(), false);
            case ApplyOutcome.Applied applied -> {
                boolean isAwaiting = status.awaitingConfirm() && status.number() == step.number();
                StepState state = kept(rollout, step, applied, isAwaiting);
                yield step.in(state, clock.instant(), false);
            }
            case ApplyOutcome.Rejected(var reason, var detail) -> judged(step, judge(rollout, reason, detail, 0));
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                reason == Reason.NOT_CONFIRMED && why.isEmpty()
                        ? notTaken(step, why) // we were not there to confirm it: that is no fault of the release
                        : judged(step, taken(rollout, reason, clean ? detail : unclean(detail)));
        };
    }

    private HostStep judged(HostStep step, Try verdict) {
        return switch (verdict) {
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

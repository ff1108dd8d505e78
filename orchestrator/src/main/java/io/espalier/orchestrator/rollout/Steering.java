package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.rollout.RolloutEvent.Kind;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Manifest;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What people and the reconciler command: one command at a time, each stored together with its audit entry. */
final class Steering {

    private final RolloutStore store;
    private final Quarantine quarantine;
    private final Journal journal;
    private final Audit audit;
    private final Runs runs;
    private final Means means;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    Steering(
            RolloutStore store,
            Quarantine quarantine,
            Journal journal,
            Audit audit,
            Runs runs,
            Means means,
            InstantSource clock) {
        this.store = store;
        this.quarantine = quarantine;
        this.journal = journal;
        this.audit = audit;
        this.runs = runs;
        this.means = means;
        this.clock = clock;
    }

    RolloutId start(Plan plan, String by, StartOptions options) {
        if (options.agreedTo().filter(agreed -> !agreed.equals(plan.digest())).isPresent()) {
            throw new RolloutException(Reason.HOST_MOVED, "the plan is not the one that was shown; look again");
        }
        String fleet = plan.target().fleet().name();
        Digest target = plan.target().key();
        return alone(() -> {
            Optional<Rollout> active = store.active(fleet);
            if (active.isPresent() && options.kind() == Manifest.Kind.HEAL) {
                throw new RolloutException(
                        Reason.BUSY, "rollout " + active.get().id() + " runs");
            }
            if (plan.target().isPartial()) {
                active.filter(now -> !now.target().equals(target)).ifPresent(now -> {
                    // It would be superseded, and what it leaves would begin again by itself
                    throw new RolloutException(
                            Reason.BUSY,
                            "rollout " + now.id() + " is " + now.state().word()
                                    + "; wait for its end or abort it before single units are deployed");
                });
            }
            Optional<RolloutId> same = active.filter(
                            now -> now.target().equals(target) && now.kind() == Manifest.Kind.DEPLOY)
                    .map(Rollout::id);
            if (same.isPresent()) {
                return same.get();
            }
            Set<HostName> excluded = excluded(plan, options, by);
            Optional<String> approval =
                    options.kind() == Manifest.Kind.DEPLOY ? Drafts.approval(plan, means.releases()) : Optional.empty();
            Rollout draft = Drafts.rollout(plan, by, options, active.isPresent(), approval, clock.instant());
            List<HostStep> steps = Drafts.steps(
                    plan, options.kind(), excluded, means.unhealthy().get(), clock.instant());
            return insert(draft, steps, active, _ -> {});
        });
    }

    private Set<HostName> excluded(Plan plan, StartOptions options, String by) {
        String fleet = plan.target().fleet().name();
        Digest target = plan.target().key();
        Set<HostName> hosts = quarantine.hosts(fleet, target);
        Optional<Quarantine.Entry> whole = quarantine.of(fleet, target);
        if (options.overQuarantine()) {
            if (whole.isPresent() || !hosts.isEmpty()) {
                store.together(() -> {
                    quarantine.release(fleet, target, hosts, by);
                    audit.record(by, "quarantine.release", "fleet " + fleet, target.abbreviated(), "");
                });
            }
            return Set.of();
        }
        whole.ifPresent(entry -> {
            throw new RolloutException(
                    Reason.QUARANTINED,
                    "revision " + entry.revision() + " is quarantined ("
                            + entry.reason().word() + ": " + entry.detail() + ")");
        });
        return hosts;
    }

    /** What is gone back from is quarantined in the same transaction, so that no poll brings it again. */
    RolloutId goBack(String by, Supplier<Rollbacks.Draft> wanted) {
        return alone(() -> {
            Rollbacks.Draft draft = wanted.get();
            Optional<Rollout> active = store.active(draft.rollout().fleet());
            return insert(draft.rollout(), draft.steps(), active, created -> {
                for (Rollout left : draft.leaves()) {
                    quarantine.add(left, draft.host(), Reason.ABORTED, "rolled back by " + by);
                    Rollout now = find(left.id());
                    if (draft.host().isEmpty() && now.state().isOver()) {
                        store.advance(now, new RolloutState.RolledBack(created.id()), clock.instant());
                    }
                }
            });
        });
    }

    /** Stores the rollout, ends the one it supersedes, and lets it run. */
    private RolloutId insert(
            Rollout draft, List<HostStep> steps, Optional<Rollout> predecessor, Consumer<Rollout> alongside) {
        means.durable().run();
        Rollout rollout = journal.writing(() -> store.together(() -> {
            Rollout created = store.create(draft, steps);
            predecessor.ifPresent(old -> supersede(old, created));
            alongside.accept(created);
            long hosts = steps.stream().filter(step -> step.wave() > 0).count();
            audit.record(
                    draft.startedBy(),
                    "rollout.start",
                    "rollout " + created.id(),
                    predecessor.map(old -> "rollout " + old.id()).orElse(""),
                    draft.kind().name().toLowerCase(Locale.ROOT) + " " + draft.revision() + ": " + hosts
                            + (hosts == 1 ? " host" : " hosts"));
            if (!(created.state() instanceof RolloutState.Planned)) {
                journal.writeWaiting(created.id(), steps);
            }
            tell(created, "");
            return created;
        }));
        predecessor.ifPresent(old -> runs.drain(old.id()));
        runs.start(rollout);
        return rollout.id();
    }

    private void supersede(Rollout old, Rollout by) {
        Rollout now = old;
        while (!store.advance(now, new RolloutState.Superseded(by.id()), clock.instant())) {
            now = find(old.id());
            if (now.state().isOver()) {
                return;
            }
        }
        tell(find(old.id()), "");
    }

    void pause(RolloutId id, String by) {
        change(id, by, "rollout.pause", rollout -> switch (rollout.state()) {
            case RolloutState.Planned _, RolloutState.Running _, RolloutState.Soaking _ ->
                Optional.of(new RolloutState.Paused("by " + by));
            case RolloutState.AwaitingApproval _,
                    RolloutState.Paused _,
                    RolloutState.Done _,
                    RolloutState.Failed _,
                    RolloutState.Aborted _,
                    RolloutState.Superseded _,
                    RolloutState.RolledBack _ -> Optional.empty();
        });
        runs.stop(id);
    }

    void resume(RolloutId id, String by) {
        change(
                id,
                by,
                "rollout.resume",
                rollout -> rollout.state() instanceof RolloutState.Paused
                        ? Optional.of(hasBegun(id) ? new RolloutState.Running(0) : new RolloutState.Planned())
                        : Optional.empty());
        runs.start(find(id));
    }

    private boolean hasBegun(RolloutId id) {
        return store.steps(id).stream().anyMatch(step -> step.number() > 0);
    }

    void approve(RolloutId id, String by) {
        change(
                id,
                by,
                "rollout.approve",
                rollout -> rollout.state() instanceof RolloutState.AwaitingApproval
                        ? Optional.of(new RolloutState.Planned())
                        : Optional.empty());
        runs.start(find(id));
    }

    void abort(RolloutId id, String by) {
        journal.writing(() -> store.together(() -> {
            Rollout rollout = change(
                    id,
                    by,
                    "rollout.abort",
                    now -> now.state().isOver() ? Optional.empty() : Optional.of(new RolloutState.Aborted(by)));
            if (rollout.kind() != Manifest.Kind.ROLLBACK) {
                quarantine.add(rollout, Optional.empty(), Reason.ABORTED, "aborted by " + by);
            }
            return rollout;
        }));
        runs.drain(id);
    }

    void retry(RolloutId id, String by) {
        alone(() -> {
            Rollout rollout = find(id);
            store.newest(rollout.fleet())
                    .filter(newest -> !newest.id().equals(id))
                    .ifPresent(newest -> {
                        throw new RolloutException(
                                newest.state().isOver() ? Reason.SUPERSEDED : Reason.BUSY,
                                "rollout " + id + " was followed by rollout " + newest.id());
                    });
            return journal.writing(() -> store.together(() -> {
                change(
                        id,
                        by,
                        "rollout.retry",
                        now -> now.state() instanceof RolloutState.AwaitingApproval
                                        || now.state() instanceof RolloutState.RolledBack
                                ? Optional.empty()
                                : Optional.of(new RolloutState.Running(0)));
                List<HostStep> again = store.steps(id).stream()
                        .filter(step ->
                                step.state() instanceof StepState.Failed || step.state() instanceof StepState.Waiting)
                        .map(step -> step.again(clock.instant()))
                        .toList();
                store.update(id, again);
                Set<HostName> hosts = again.stream().map(HostStep::name).collect(Collectors.toSet());
                quarantine.release(rollout.fleet(), rollout.target(), hosts, by);
                return id;
            }));
        });
        runs.start(find(id));
    }

    /** True if the running rollout waited for the host and now begins it. */
    boolean catchUp(HostName host) {
        return alone(() -> store.latestStep(host)
                .filter(step -> step.state()
                        .waitsFor()
                        .filter(reason -> reason != Reason.QUARANTINED && reason != Reason.HOST_MOVED)
                        .isPresent())
                .flatMap(step -> store.latestRollout(host)
                        .filter(id -> find(id).state().isMoving())
                        .map(id -> {
                            store.update(id, List.of(step.again(clock.instant())));
                            return true;
                        }))
                .orElse(false));
    }

    void release(long quarantineId, String by) {
        alone(() -> {
            store.together(() -> {
                Quarantine.Entry entry = quarantine
                        .find(quarantineId)
                        .orElseThrow(() -> new RolloutException(
                                Reason.INVALID_REVISION, "quarantine " + quarantineId + " is unknown"));
                quarantine.release(quarantineId, by);
                audit.record(by, "quarantine.release", "fleet " + entry.fleet(), entry.revision(), "");
            });
            return quarantineId;
        });
    }

    private Rollout change(RolloutId id, String by, String action, Function<Rollout, Optional<RolloutState>> to) {
        return alone(() -> journal.writing(() -> store.together(() -> {
            while (true) {
                Rollout rollout = find(id);
                RolloutState state = to.apply(rollout)
                        .orElseThrow(() -> new RolloutException(
                                Reason.BUSY,
                                "rollout " + id + " is " + rollout.state().word()));
                if (store.advance(rollout, state, clock.instant())) {
                    audit.record(by, action, "rollout " + id, rollout.state().word(), state.word());
                    Rollout changed = find(id);
                    tell(changed, " by " + by);
                    return changed;
                }
            }
        })));
    }

    private <T> T alone(Supplier<T> command) {
        lock.lock();
        try {
            return command.get();
        } finally {
            lock.unlock();
        }
    }

    /** Within the transaction that changes the state. */
    private void tell(Rollout rollout, String by) {
        journal.write(rollout.id(), Kind.STATE, rollout.state().word() + by);
        if (rollout.state().isResting()) {
            String line = Verdicts.line(rollout, store.steps(rollout.id()), clock.instant());
            journal.write(rollout.id(), Kind.VERDICT, line);
        }
    }

    Rollout find(RolloutId id) {
        return store.find(id)
                .orElseThrow(() -> new RolloutException(Reason.INVALID_REVISION, "rollout " + id + " is unknown"));
    }
}

package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.rollout.RolloutEvent.Kind;
import io.espalier.orchestrator.store.Lead;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * All rollouts: starts them, steers them, tells how they go. One rollout of a fleet runs at a time; a newer one supersedes
 * it. Safe for many threads; no command waits for a host.
 */
public final class Rollouts implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** So many of the newest tries count. */
    private static final int RECENT = 8;

    private final RolloutStore store;
    private final Quarantine quarantine;
    private final HostHistory history;
    private final Journal journal;
    private final Runs runs;
    private final Steering steering;
    private final Rollbacks rollbacks;
    private final InstantSource clock;

    /** @param database brought to the current schema */
    public Rollouts(DataSource database, Means means, InstantSource clock, RolloutLimits limits) {
        this(database, means, clock, limits, Lead.ALONE);
    }

    /**
     * @param database brought to the current schema
     * @param lead under which everything is written; rollouts are to be run only while it is held
     */
    public Rollouts(DataSource database, Means means, InstantSource clock, RolloutLimits limits, Lead lead) {
        var template = new JdbcTemplate(database);
        JdbcClient jdbc = JdbcClient.create(template);
        this.clock = clock;
        this.store = new RolloutStore(database, lead);
        this.quarantine = new Quarantine(jdbc, clock);
        this.history = new HostHistory(template);
        this.rollbacks = new Rollbacks(store, history);
        this.journal = new Journal(store, this::remember, means.watcher(), template, clock);
        var sender = new HostSender(
                means.links(), means.plans(), means.signer(), means.blobs(), store, journal, clock, limits);
        var threads = new HostThreads(limits, clock);
        var runner = new RolloutRunner(store, means, sender, threads, journal, quarantine, clock);
        this.runs = new Runs(runner, journal, limits);
        var audit = new Audit(jdbc, clock);
        this.steering = new Steering(store, quarantine, journal, audit, runs, means, clock);
    }

    /** In the transaction that stores how steps ended. */
    private void remember(RolloutId id, List<HostStep> ended) {
        List<HostStep> applied = ended.stream()
                .filter(step -> step.state() instanceof StepState.Applied)
                .toList();
        List<HostStep> failed = ended.stream()
                .filter(step -> step.state() instanceof StepState.Failed)
                .toList();
        if (applied.isEmpty() && failed.isEmpty()) {
            return;
        }
        Rollout rollout = find(id);
        history.add(rollout, applied);
        if (rollout.kind() != Manifest.Kind.ROLLBACK) {
            failed.forEach(step -> {
                if (step.state() instanceof StepState.Failed(var reason, var detail)) {
                    quarantine.add(rollout, Optional.of(step.name()), reason, detail);
                }
            });
        }
    }

    /** Takes up, after a start, what the last process left. */
    public void resume() {
        store.unfinished().forEach(runs::start);
    }

    /** Has {@code listener} told whenever a run has come to its end or to rest. */
    public void whenAtRest(Consumer<RolloutId> listener) {
        runs.whenAtRest(listener);
    }

    /**
     * Carries {@code plan} out.
     *
     * @return the new rollout, or the one that is carrying out the same already
     * @throws RolloutException with {@code quarantined} if it is and nobody wants it all the same, with
     *     {@code host-moved} if the plan is not the one agreed to, with {@code busy} if drift is to be healed while a
     *     rollout runs
     */
    public RolloutId start(Plan plan, String by, StartOptions options) {
        return steering.start(plan, by, options);
    }

    /** Begins no more hosts until {@link #resume(RolloutId, String)}; those being sent to come to their end. */
    public void pause(RolloutId id, String by) {
        steering.pause(id, by);
    }

    public void resume(RolloutId id, String by) {
        steering.resume(id, by);
    }

    /** Lets a rollout that waits for a person begin. */
    public void approve(RolloutId id, String by) {
        steering.approve(id, by);
    }

    /** Ends a rollout; its target is quarantined, or the next poll would begin it again. */
    public void abort(RolloutId id, String by) {
        steering.abort(id, by);
    }

    /** Begins the hosts that failed or wait once more, and goes on with those that were not begun. */
    public void retry(RolloutId id, String by) {
        steering.retry(id, by);
    }

    /**
     * A host has returned: if the running rollout waits for it, it is begun too.
     *
     * @return whether that is so; if not, somebody should look whether the host holds what is wanted
     */
    public boolean catchUp(HostName host) {
        return steering.catchUp(host);
    }

    /** Lets a target out of quarantine. */
    public void release(long quarantineId, String by) {
        steering.release(quarantineId, by);
    }

    /**
     * Takes one host back, now, whatever else is going on.
     *
     * @param to one of the host's releases; empty for the one before
     */
    public RolloutId rollback(HostName host, Optional<ReleaseId> to, String by) {
        return steering.goBack(by, () -> rollbacks.ofHost(host, to, by, clock.instant()));
    }

    /** Takes every host that a rollout changed back to what it held before. */
    public RolloutId undo(RolloutId id, String by) {
        return steering.goBack(by, () -> rollbacks.of(find(id), by, clock.instant()));
    }

    /**
     * Takes the whole fleet back.
     *
     * @param revision that was rolled out before, or the beginning of its id; empty: undoes the newest rollout
     */
    public RolloutId rollbackAll(String fleet, Optional<String> revision, String by) {
        return steering.goBack(
                by,
                () -> revision.map(wanted -> rollbacks.toRevision(fleet, wanted, by, clock.instant()))
                        .orElseGet(() -> rollbacks.of(newestToUndo(fleet), by, clock.instant())));
    }

    private Rollout newestToUndo(String fleet) {
        return store.newestToUndo(fleet)
                .orElseThrow(() -> new RolloutException(Reason.INVALID_REVISION, "no rollout has changed a host yet"));
    }

    /** @throws RolloutException with {@code invalid-revision} if there is none of this number */
    public Rollout find(RolloutId id) {
        return steering.find(id);
    }

    /** In the order in which they are taken. */
    public List<HostStep> steps(RolloutId id) {
        return store.steps(id);
    }

    public Progress progress(RolloutId id) {
        return store.progress(id);
    }

    /** The newest rollout that had to do with {@code host}. */
    public Optional<RolloutId> latestRollout(HostName host) {
        return store.latestRollout(host);
    }

    /** What the newest rollout that had to do with {@code host} did there. */
    public Optional<HostStep> latestStep(HostName host) {
        return store.latestStep(host);
    }

    /** When {@code host} lately could not take {@code release}, newest first, back to when it last could. */
    List<Instant> troubles(HostName host, ReleaseId release) {
        return store.recentSteps(host, RECENT).stream()
                .takeWhile(step -> step.to().equals(release)
                        && step.state()
                                .waitsFor()
                                .filter(reason -> step.number() > 0 || !Trouble.isAway(reason))
                                .isPresent())
                .flatMap(step -> step.endedAt().stream())
                .toList();
    }

    /** When drift of {@code host} from {@code release} was lately put right, newest first. */
    List<Instant> heals(HostName host, ReleaseId release) {
        return history.of(host, RECENT).stream()
                .takeWhile(entry -> entry.release().equals(release) && entry.kind() == Manifest.Kind.HEAL)
                .map(HostHistory.Entry::at)
                .toList();
    }

    /** The newest {@code limit} rollouts below number {@code before}, newest first. */
    public List<Rollout> before(long before, int limit) {
        return store.before(before, limit);
    }

    /** The rollout of {@code fleet} that is not over, if there is one. */
    public Optional<Rollout> active(String fleet) {
        return store.active(fleet);
    }

    /** The newest rollout of {@code fleet} that was started to bring a revision as a whole. */
    public Optional<Rollout> newestDeploy(String fleet) {
        return store.newestDeploy(fleet);
    }

    public Quarantine quarantine() {
        return quarantine;
    }

    public HostHistory history() {
        return history;
    }

    /** The events of a rollout with an id above {@code after}, in their order, at most {@code limit}. */
    public List<RolloutEvent> events(RolloutId id, long after, int limit) {
        return journal.since(id, after, limit);
    }

    /** The events of a rollout with an id above {@code after}, as they come. */
    public Following follow(RolloutId id, long after) {
        return new Following(journal, id, after);
    }

    /**
     * Tells how a rollout goes, line by line, until there is a verdict, which is the last line: it is over, or it waits for
     * a person.
     */
    public void follow(RolloutId id, Consumer<String> lines) throws InterruptedException {
        var text = new RolloutLines(find(id));
        lines.accept(text.title());
        Following following = follow(id, 0);
        while (!journal.isClosed()) {
            for (RolloutEvent event : following.next(PATIENCE)) {
                text.line(event).ifPresent(lines);
                if (event.kind() == Kind.VERDICT && find(id).state().isResting()) {
                    return;
                }
            }
        }
    }

    /** Returns when everything that has happened is stored. */
    void flush() {
        journal.flush();
    }

    @Override
    public void close() {
        runs.close();
        journal.close();
    }
}

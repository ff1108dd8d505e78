package io.espalier.orchestrator;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostState;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.orchestrator.rollout.Rollout;
import io.espalier.orchestrator.rollout.Rollouts;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * What the orchestrator says of itself in the tree, every ten seconds below {@code orchestrator}: hosts by state, the
 * newest rollouts by state, what links cost. Also has {@link DeployMarks} told when a rollout comes to rest.
 */
final class OwnFigures implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(OwnFigures.class);
    private static final int EVERY_SECONDS = 10;
    private static final int NEWEST = 100;

    private final HostRegistry hosts;
    private final Rollouts rollouts;
    private final Traffic traffic;
    private final DeployMarks marks;
    private final Consumer<Batch> tree;
    private final InstantSource clock;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
            work -> Thread.ofVirtual().name("own figures").unstarted(work));
    private volatile boolean isRunning;

    OwnFigures(
            HostRegistry hosts,
            Rollouts rollouts,
            Traffic traffic,
            DeployMarks marks,
            Consumer<Batch> tree,
            InstantSource clock) {
        this.hosts = hosts;
        this.rollouts = rollouts;
        this.traffic = traffic;
        this.marks = marks;
        this.tree = tree;
        this.clock = clock;
    }

    @Override
    public void start() {
        isRunning = true;
        rollouts.whenAtRest(id -> marks.atRest(rollouts.find(id), rollouts.steps(id)));
        var _ = ticker.scheduleWithFixedDelay(this::tell, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    private void tell() {
        try {
            tree.accept(figures());
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("own figures are not in the tree; trying again in {} s", EVERY_SECONDS);
        }
    }

    /** As they are now. */
    Batch figures() {
        Instant now = clock.instant();
        var batch = new Batch();
        batch.hint(Action.LAST);
        batch.stamp(now.toEpochMilli());
        List<HostRecord> all = hosts.all();
        Map<HostState, Integer> states = new EnumMap<>(HostState.class);
        all.forEach(host -> states.merge(host.verdict(now).state(), 1, Integer::sum));
        for (HostState state : HostState.values()) {
            batch.add(states.getOrDefault(state, 0), "orchestrator", "hosts", state.word());
        }
        batch.add(
                (double) all.stream()
                        .filter(host -> host.contact().isReachable())
                        .count(),
                "orchestrator",
                "links",
                "connected");
        Map<String, Integer> byState = new TreeMap<>();
        for (String word : List.of("running", "paused", "approval", "soaking", "done", "failed")) {
            byState.put(word, 0);
        }
        for (Rollout rollout : rollouts.before(Long.MAX_VALUE, NEWEST)) {
            byState.merge(rollout.state().word(), 1, Integer::sum);
        }
        byState.forEach((word, count) -> batch.add(count, "orchestrator", "rollouts", word));
        Traffic.Counts counts = traffic.counts();
        batch.add((double) counts.handshakes(), "orchestrator", "links", "handshakes");
        batch.add((double) counts.channels(), "orchestrator", "links", "channels");
        batch.add((double) counts.roundTrips(), "orchestrator", "links", "round-trips");
        batch.add((double) counts.blobBytes(), "orchestrator", "links", "blob-bytes");
        return batch;
    }

    @Override
    public void stop() {
        isRunning = false;
        ticker.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }
}

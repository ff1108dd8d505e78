package io.espalier.orchestrator.tree;

import io.espalier.metrics.TreeServer;
import io.espalier.metrics.tree.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * What the orchestrator itself puts into the tree. {@link #later} never waits: what finds the queue full is dropped and
 * counted below {@code ~tree,drops,orchestrator}.
 */
public final class TreeWriter implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(TreeWriter.class);
    private static final int WAITING = 10_000;

    private final Optional<RunningTree> tree;
    private final BlockingQueue<Batch> waiting = new ArrayBlockingQueue<>(WAITING);
    private final LongAdder dropped = new LongAdder();
    private volatile @Nullable Thread thread;

    /** @param tree empty if there is none: then nothing is kept */
    public TreeWriter(Optional<RunningTree> tree) {
        this.tree = tree;
    }

    /** Merges it soon; the batch is ours from now on. */
    public void later(Batch batch) {
        if (tree.isPresent() && !batch.isEmpty() && !waiting.offer(batch)) {
            dropped.increment();
        }
    }

    /** Merges it at once if the tree is open, so that whoever asks next sees it. */
    public void now(Batch batch) {
        Optional<TreeServer> open = tree.flatMap(RunningTree::server);
        if (open.isPresent() && waiting.isEmpty()) {
            open.get().tree().merge(batch);
        } else {
            later(batch);
        }
    }

    @Override
    public void start() {
        if (tree.isPresent() && thread == null) {
            thread = Thread.ofVirtual().name("tree writer").start(() -> write(tree.get()));
        }
    }

    private void write(RunningTree running) {
        var some = new ArrayList<Batch>();
        try {
            while (true) {
                List<Batch> taken = take(some);
                Optional<TreeServer> open = running.server();
                while (open.isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(50);
                    open = running.server();
                }
                merge(open.get(), taken);
            }
        } catch (InterruptedException e) {
            running.server().ifPresent(open -> {
                waiting.drainTo(some);
                merge(open, some);
            });
        }
    }

    private List<Batch> take(List<Batch> some) throws InterruptedException {
        some.add(waiting.take());
        waiting.drainTo(some, 1_000);
        return some;
    }

    private void merge(TreeServer open, List<Batch> batches) {
        for (Batch batch : batches) {
            try {
                open.tree().merge(batch);
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).log("what the orchestrator says of itself is not in the tree");
            }
        }
        batches.clear();
        long lost = dropped.sumThenReset();
        if (lost > 0) {
            open.tree().note("drops,orchestrator", lost, Optional.of("more than " + WAITING + " were waiting"));
        }
    }

    @Override
    public void stop() {
        Thread writing = thread;
        if (writing != null) {
            writing.interrupt();
            try {
                writing.join(java.time.Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            thread = null;
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Ends after those who give it something. */
    @Override
    public int getPhase() {
        return 0;
    }
}

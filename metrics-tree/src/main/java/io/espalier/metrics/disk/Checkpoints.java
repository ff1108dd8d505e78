package io.espalier.metrics.disk;

import io.espalier.metrics.tree.Ledger;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeImage;
import io.espalier.metrics.tree.TreeSettings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Writes the tree to {@code tree.checkpoint} now and then and when it closes; the one before stays as
 * {@code tree.checkpoint.old}. What was merged after the latest one is lost with a kill.
 */
public final class Checkpoints implements AutoCloseable {
    /** Writing takes at most this part of the time, however large the tree is. */
    private static final int SHARE = 20;

    private final MetricTree tree;
    private final DataFolder folder;
    private final Duration every;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, work -> Thread.ofPlatform().daemon().name("tree checkpoint").unstarted(work));

    public Checkpoints(MetricTree tree, DataFolder folder, Duration every) {
        this.tree = tree;
        this.folder = folder;
        this.every = every;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        next(every);
    }

    /**
     * The tree as the newest whole checkpoint has it, else an empty one. One that is damaged is kept as
     * {@code .bad} and noted below {@code ~tree,drops,checkpoint}.
     */
    public static MetricTree restore(DataFolder folder, TreeSettings settings, InstantSource clock) throws IOException {
        Optional<String> damage = Optional.empty();
        for (String name : new String[] {"tree.checkpoint", "tree.checkpoint.old"}) {
            Path file = folder.file(name);
            if (!Files.exists(file)) {
                continue;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                MetricTree tree = TreeImage.read(channel, settings, clock);
                damage.ifPresent(sample -> tree.note("drops,checkpoint", 1, Optional.of(sample)));
                tree.ledger().keep();
                return tree;
            } catch (IOException e) {
                damage = Optional.of(name + ": " + e.getMessage());
            }
            DataFolder.rename(file, folder.file(name + ".bad"));
        }
        var empty = new MetricTree(settings, clock);
        empty.ledger().keep();
        damage.ifPresent(sample -> empty.note("drops,checkpoint", 1, Optional.of(sample)));
        return empty;
    }

    private void next(Duration in) {
        var _ = thread.schedule(this::round, in.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void round() {
        long start = System.nanoTime();
        try {
            save();
        } catch (IOException | RuntimeException e) {
            // A full disk may have room again later; the tree itself is not harmed.
            tree.note("drops,checkpoint", 1, Optional.of(String.valueOf(e.getMessage())));
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        Duration pause = took.multipliedBy(SHARE);
        if (!thread.isShutdown()) {
            next(pause.compareTo(every) > 0 ? pause : every);
        }
    }

    /** Writes one now. */
    public synchronized void save() throws IOException {
        Path current = folder.file("tree.checkpoint");
        Path old = folder.file("tree.checkpoint.old");
        Path fresh = folder.file("tree.checkpoint.fresh");
        var marks = new HashMap<String, Ledger.Mark>();
        DataFolder.replace(fresh, channel -> marks.putAll(TreeImage.write(tree, channel)));
        DataFolder.rename(current, old);
        DataFolder.rename(fresh, current);
        DataFolder.sync(folder.path());
        tree.ledger().durable(marks);
    }

    @Override
    public void close() throws IOException {
        thread.shutdown();
        try {
            // One that is being written ends first; the last one is written below in any case.
            if (!thread.awaitTermination(5, TimeUnit.MINUTES)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        save();
    }
}

package io.espalier.orchestrator.tree;

import io.espalier.metrics.TreeServer;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Opens the tree behind the back of the start, so that the orchestrator does not wait for it, and tries again for as
 * long as it cannot be opened: a taken port must not keep rollouts from happening.
 */
public final class RunningTree implements SmartLifecycle, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningTree.class);
    private static final Duration CLOSING = Duration.ofSeconds(30);

    /** Brings the tree up with its doors. */
    @FunctionalInterface
    public interface Opening {
        TreeServer open() throws IOException;
    }

    private final Opening opening;
    private final Duration retry;
    private final CountDownLatch opened = new CountDownLatch(1);
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Set<Thread> visitors = ConcurrentHashMap.newKeySet();
    private volatile @Nullable TreeServer server;
    private volatile String trouble = "it is being opened";
    private volatile @Nullable Thread opener;

    /** @param retry how long to wait before the next try */
    public RunningTree(Opening opening, Duration retry) {
        this.opening = opening;
        this.retry = retry;
    }

    /** Begins to open it, once everything else has started. */
    @Override
    public void start() {
        if (opener == null) {
            opener = Thread.ofPlatform().daemon().name("tree start").start(this::open);
        }
    }

    private void open() {
        try {
            String told = "";
            do {
                try {
                    TreeServer fresh = opening.open();
                    server = fresh;
                    opened.countDown();
                    if (fresh.pushPort() >= 0) {
                        LOG.info("the metrics tree takes lines on port {} (tcp, udp)", fresh.pushPort());
                    }
                    return;
                } catch (IOException | RuntimeException e) {
                    trouble = String.valueOf(e.getMessage());
                    if (!trouble.equals(told)) {
                        told = trouble;
                        LOG.error(
                                "the metrics tree cannot be opened: {}; trying again every {} s (settings espalier.tree.*)",
                                trouble,
                                retry.toSeconds());
                    }
                }
            } while (!ending.await(retry.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Empty while it is not open. */
    public Optional<TreeServer> server() {
        return Optional.ofNullable(server);
    }

    /** Waits until it is open; empty if it is not by then. */
    public Optional<TreeServer> await(Duration atMost) throws InterruptedException {
        boolean _ = opened.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        return server();
    }

    /** Why it is not open, for people. */
    String trouble() {
        return trouble;
    }

    /** Somebody is being answered on this thread, perhaps without an end. */
    void enter() {
        visitors.add(Thread.currentThread());
        if (isEnding()) {
            Thread.currentThread().interrupt();
        }
    }

    void leave() {
        visitors.remove(Thread.currentThread());
        // Whoever ended us meant the answer; the server goes on with this thread.
        boolean _ = Thread.interrupted();
    }

    private boolean isEnding() {
        return ending.getCount() == 0;
    }

    /** Ends answers without an end, before the web server waits for them. */
    @Override
    public void stop() {
        ending.countDown();
        visitors.forEach(Thread::interrupt);
    }

    @Override
    public boolean isRunning() {
        return opener != null && !isEnding();
    }

    /** Writes what is to be kept, when nobody puts anything in any more. */
    @Override
    public void close() throws IOException {
        stop();
        Thread starting = opener;
        try {
            if (starting != null && !starting.join(CLOSING)) {
                LOG.warn("the metrics tree was still being opened");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        TreeServer open = server;
        if (open != null) {
            open.close();
        }
    }
}

package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.SourceListener;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.webhook.Deliveries;
import io.espalier.orchestrator.store.Lead;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Begins to watch once everything that is told of a new revision is there, and ends before it goes. */
final class SourceLifecycle implements SmartLifecycle {

    private final Sources sources;
    private final SourceListener listener;
    private final Deliveries deliveries;
    private final HostedRepositories repositories;
    private final Duration tidyEvery;
    private final Lead lead;
    private boolean running;
    private @Nullable Thread tidier;

    SourceLifecycle(
            Sources sources,
            SourceListener listener,
            Deliveries deliveries,
            HostedRepositories repositories,
            Duration tidyEvery,
            Lead lead) {
        this.sources = sources;
        this.listener = listener;
        this.deliveries = deliveries;
        this.repositories = repositories;
        this.tidyEvery = tidyEvery;
        this.lead = lead;
    }

    @Override
    public synchronized void start() {
        running = true;
        lead.whenHeld(this::begin);
    }

    private synchronized void begin() {
        if (!running) {
            return;
        }
        deliveries.start();
        sources.start(listener);
        tidier = Thread.ofVirtual().name("tidy-repositories").start(this::tidy);
    }

    private void tidy() {
        try {
            while (true) {
                Thread.sleep(tidyEvery);
                repositories.tidy();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void stop() {
        running = false;
        if (tidier != null) {
            tidier.interrupt();
            tidier = null;
        }
        sources.close();
        deliveries.close();
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }
}

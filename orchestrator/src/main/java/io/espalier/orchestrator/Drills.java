package io.espalier.orchestrator;

import io.espalier.orchestrator.backup.Backups;
import io.espalier.orchestrator.store.Lead;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins restore drills when they are due, by what is on record, so that a restart neither skips nor repeats one. */
final class Drills implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Drills.class);
    private static final Duration FIRST = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMinutes(10);

    private final Backups backups;
    private final Duration every;
    private final Lead lead;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("backup-drills").factory());

    /**
     * @param every zero: never
     * @param lead who does not hold it begins none
     */
    Drills(Backups backups, Duration every, Lead lead) {
        this.lead = lead;
        this.backups = backups;
        this.every = every;
        if (every.isPositive()) {
            Future<?> _ =
                    timer.scheduleWithFixedDelay(this::look, FIRST.toSeconds(), LOOK.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private void look() {
        if (!lead.isHeld()) {
            return;
        }
        try {
            backups.drillDue(every);
        } catch (IOException | RuntimeException e) { // or the timer would stop for good
            LOG.atWarn().setCause(e).log("no drill could be begun");
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}

package io.espalier.orchestrator.rollout;

import java.time.Duration;
import java.util.List;

/**
 * One reader of a rollout's events. Holds no events itself, just how far it has read: a slow reader costs nothing and
 * misses nothing, and one that comes back goes on where it was. For one thread.
 */
public final class Following {

    private static final int AT_ONCE = 500;

    private final Journal journal;
    private final RolloutId rollout;
    private long seen;

    Following(Journal journal, RolloutId rollout, long after) {
        this.journal = journal;
        this.rollout = rollout;
        this.seen = after;
    }

    /** The events since the last call; waits for some, at most {@code wait}. Empty if none came. */
    public List<RolloutEvent> next(Duration wait) throws InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        while (true) {
            long news = journal.news();
            List<RolloutEvent> events = journal.since(rollout, seen, AT_ONCE);
            long left = end - System.nanoTime();
            if (!events.isEmpty() || left <= 0 || journal.isClosed()) {
                if (!events.isEmpty()) {
                    seen = events.getLast().id();
                }
                return events;
            }
            journal.awaitNews(news, Duration.ofNanos(left));
        }
    }
}

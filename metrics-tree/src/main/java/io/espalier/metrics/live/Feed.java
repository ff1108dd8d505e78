package io.espalier.metrics.live;

import io.espalier.metrics.live.Changes.Change;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.QueryException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The latest changes below one key. All its watchers share it. */
public final class Feed {
    private static final int KEPT = 4096;

    private final Query query;
    private final Deque<Change> ring = new ArrayDeque<>();
    private final List<Change> pending = new ArrayList<>();
    /** A watcher who has seen this seq misses nothing. */
    private long complete;

    private long seq;
    private long lastUsed = System.nanoTime();
    private int watchers;
    private boolean isStale;
    private final Map<String, String> lastAnswer = new HashMap<>();

    Feed(Query query, long seq) {
        this.query = query;
        this.seq = seq;
        complete = seq;
    }

    Query query() {
        return query;
    }

    synchronized void markStale() {
        isStale = true;
    }

    synchronized boolean takeStale() {
        boolean was = isStale;
        isStale = false;
        return was;
    }

    /** For a reducing query: only results that differ from the last ones are changes. */
    synchronized boolean differs(String key, String json) {
        return !json.equals(lastAnswer.put(key, json));
    }

    synchronized void add(Change change) {
        pending.add(change);
    }

    /** Shows what was added, all at once: a poll never sees half a tick. */
    synchronized void publish() {
        if (pending.isEmpty()) {
            return;
        }
        for (Change change : pending) {
            if (ring.size() == KEPT) {
                complete = ring.removeFirst().seq();
            }
            ring.addLast(change);
        }
        seq = pending.getLast().seq();
        pending.clear();
        notifyAll();
    }

    synchronized boolean isUnused(long now, long nanos) {
        return watchers == 0 && now - lastUsed > nanos;
    }

    /**
     * Waits for changes after {@code since}.
     *
     * @param since a seq of an earlier answer; negative: from now on
     * @return an empty list after {@code limit} without a change
     */
    public synchronized Changes await(long since, Duration limit) throws InterruptedException {
        watchers++;
        try {
            long from = since < 0 ? seq : since;
            if (from < complete) {
                return new Changes(seq, true, List.of());
            }
            long end = System.nanoTime() + limit.toNanos();
            while (seq <= from) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return new Changes(Math.max(seq, from), false, List.of());
                }
                wait(left);
            }
            if (from < complete) {
                return new Changes(seq, true, List.of());
            }
            // A key that changed more than once is told once.
            var latest = new LinkedHashMap<String, Change>();
            for (Change change : ring) {
                if (change.seq() > from) {
                    latest.put(change.key(), change);
                }
            }
            return new Changes(seq, false, List.copyOf(latest.values()));
        } finally {
            watchers--;
            lastUsed = System.nanoTime();
        }
    }

    /** Thrown when all places are taken. */
    static QueryException full(int feeds) {
        return new QueryException(QueryException.Reason.BUDGET, "more than " + feeds + " different keys are watched");
    }
}

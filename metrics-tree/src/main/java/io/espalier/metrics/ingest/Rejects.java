package io.espalier.metrics.ingest;

import io.espalier.metrics.pipe.AccessLog;
import io.espalier.metrics.tree.MetricTree;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What one sender sent in vain since the last flush, by reason, each with one sample. Used by one thread. */
final class Rejects {
    /** A flood of bad input must not cost more than good input: a sample is made now and then. */
    private static final int SAMPLE_EACH = 256;

    private static final class Held {
        private long count;
        private String sample = "";
    }

    private final MetricTree tree;
    private final Map<String, Held> held = new HashMap<>();

    Rejects(MetricTree tree) {
        this.tree = tree;
    }

    /** @param reason the leaf below {@code ~tree,drops}; {@code why} is what a person needs to mend it */
    void add(String reason, String why, byte[] bytes, int from, int to) {
        Held counts = held.computeIfAbsent(reason, _ -> new Held());
        if (counts.count++ % SAMPLE_EACH == 0) {
            String what = AccessLog.sample(bytes, from, to);
            counts.sample = why.isEmpty() ? what : why + ": " + what;
        }
    }

    void flush() {
        if (!held.isEmpty()) {
            held.forEach((reason, counts) -> tree.note("drops," + reason, counts.count, Optional.of(counts.sample)));
            held.clear();
        }
    }
}

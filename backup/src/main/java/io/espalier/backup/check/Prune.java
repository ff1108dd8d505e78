package io.espalier.backup.check;

import io.espalier.backup.repository.Mark;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Pin;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Removes packs that no snapshot needs, in two looks. The first marks them; a session that begins later sees the mark and
 * does not rely on them. The second removes what is marked and still not needed, once every session that is open has seen
 * the mark. So a session that has not, because it began before, ended before its packs can go. No clock has to be right for
 * that; time only keeps packs longer.
 */
public final class Prune {

    /** Between the two looks, for people who removed the wrong snapshot. */
    public static final Duration USUAL_GRACE = Duration.ofHours(24);

    private static final Duration PIN_KEPT = Duration.ofDays(7);

    private final ObjectStore store;
    private final InstantSource clock;
    private final Duration grace;

    public Prune(ObjectStore store, InstantSource clock, Duration grace) {
        this.store = store;
        this.clock = clock;
        this.grace = grace;
    }

    /**
     * What was done.
     *
     * @param marked packs that the next look may remove
     * @param removed packs that are gone
     * @param removedBytes that they had
     * @param rescued packs that were marked and are needed again
     * @param waiting why marked packs were left; empty if none were
     */
    public record Report(int marked, int removed, long removedBytes, int rescued, List<String> waiting) {}

    /** @throws IOException if it cannot be known what is needed, such as when a snapshot cannot be read: nothing is removed then */
    public Report run() throws IOException {
        Instant now = clock.instant();
        Map<ObjectName, Mark> marks = Mark.all(store);
        // Sessions before snapshots: one that ends in between has put its snapshot before it ended.
        Collection<Pin> pins = Pin.latest(store);
        Set<ObjectName> needed = needed();
        Set<ObjectName> packs = new TreeSet<>(store.list(Kind.PACK));
        var waiting = new ArrayList<String>();
        int removed = 0;
        int rescued = 0;
        long bytes = 0;
        Set<ObjectName> stillMarked = new HashSet<>();
        for (Map.Entry<ObjectName, Mark> entry : marks.entrySet()) {
            Mark mark = entry.getValue();
            String reason = reasonToWait(entry.getKey(), mark, pins, now);
            if (!reason.isEmpty()) {
                waiting.add(reason);
                stillMarked.addAll(mark.packs());
                continue;
            }
            for (ObjectName pack : mark.packs()) {
                if (needed.contains(pack)) {
                    rescued++;
                } else if (packs.remove(pack)) {
                    bytes += store.size(pack).orElse(0L);
                    store.delete(pack);
                    removed++;
                }
            }
            store.delete(entry.getKey()); // after its packs: a crash in between repeats the look
        }
        packs.removeAll(needed);
        packs.removeAll(stillMarked);
        if (!packs.isEmpty()) {
            byte[] mark = new Mark(now, List.copyOf(packs)).bytes();
            store.put(ObjectName.of(Kind.MARK, mark), ByteBuffer.wrap(mark));
        }
        forgetPins(now);
        return new Report(packs.size(), removed, bytes, rescued, List.copyOf(waiting));
    }

    private String reasonToWait(ObjectName name, Mark mark, Collection<Pin> pins, Instant now) {
        if (mark.at().plus(grace).isAfter(now)) {
            return mark.packs().size() + " packs are kept until " + mark.at().plus(grace);
        }
        for (Pin pin : pins) {
            if (pin.isOpen(now) && !pin.seenMarks().contains(name)) {
                return mark.packs().size() + " packs are kept for a session that began at " + pin.startedAt();
            }
        }
        return "";
    }

    private Set<ObjectName> needed() throws IOException {
        Repository.Snapshots all = Repository.outlines(store);
        if (!all.flaws().isEmpty()) {
            Repository.Flaw first = all.flaws().getFirst();
            throw new IOException("nothing is removed: " + first.object()
                    + " cannot be read, so what it needs is not known (" + first.why() + "); see `backup check`");
        }
        var needed = new HashSet<ObjectName>();
        for (Snapshot snapshot : all.snapshots()) {
            needed.addAll(snapshot.outline().packs());
        }
        return needed;
    }

    private void forgetPins(Instant now) throws IOException {
        for (ObjectName name : store.list(Kind.PIN)) {
            Pin pin = Pin.parse(store.get(name));
            // All pins of a session are older than its last, so the last is the last to go.
            if (pin.until().plus(PIN_KEPT).isBefore(now)) {
                store.delete(name);
            }
        }
    }
}

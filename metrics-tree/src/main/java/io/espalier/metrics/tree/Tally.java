package io.espalier.metrics.tree;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What went wrong or was folded in one shard since the last look, each reason with its latest sample. */
final class Tally {
    /** How often, and what caused it the last time. */
    record Note(long count, String sample) {
        Note plus(String latest) {
            return new Note(count + 1, latest);
        }
    }

    private static final int SAMPLE_LENGTH = 256;

    long merges;
    long expired;
    long lostChanges;
    private final Map<String, Note> notes = new TreeMap<>();
    private final Map<Integer, Integer> growth = new HashMap<>();

    void drop(String reason, String sample) {
        note("drops," + reason, () -> sample);
    }

    void fold(String reason, Supplier<String> sample) {
        note("folds," + reason, sample);
    }

    private void note(String path, Supplier<String> sample) {
        Note held = notes.get(path);
        // The text is worth making now and then, not at every fold of a flood.
        if (held != null && (held.count & 1023) != 0) {
            notes.put(path, new Note(held.count + 1, held.sample));
        } else {
            String text = sample.get();
            String cut = text.length() > SAMPLE_LENGTH ? text.substring(0, SAMPLE_LENGTH) : text;
            notes.put(path, held == null ? new Note(1, cut) : held.plus(cut));
        }
    }

    /** A leaf came to be below the top-level node. */
    void grew(int top) {
        growth.merge(top, 1, Integer::sum);
    }

    Map<String, Note> takeNotes() {
        var taken = new TreeMap<>(notes);
        notes.clear();
        return taken;
    }

    /** New leaves by top-level node since the last take. */
    Map<Integer, Integer> takeGrowth() {
        var taken = new HashMap<>(growth);
        growth.clear();
        return taken;
    }
}

package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The most frequent items (Space-Saving, Metwally and others 2005; merging after Agarwal and others, PODS 2012).
 * Exact, and so associative to the last bit, while there are fewer than twice {@code capacity} different
 * items; with more, a count is never too low and at most its {@code error} too high.
 */
public final class Top implements Cell {
    static final int CAPACITY = 1000;

    private static final Comparator<Item> MOST_FIRST =
            Comparator.comparingLong(Item::count).reversed().thenComparing(Item::name);

    /** An item and how often it came, at most; by at most {@code error} too often. */
    public record Item(String name, long count, long error) {}

    private final int capacity;
    private final Map<String, long[]> counts = new HashMap<>();
    private long total;
    /** No item that is not held came more often than this. */
    private long floor;

    public Top(int capacity) {
        this.capacity = capacity;
    }

    public void add(String item, long n) {
        total += n;
        long[] held = counts.get(item);
        if (held != null) {
            held[0] += n;
        } else {
            counts.put(item, new long[] {n + floor, floor});
            if (counts.size() >= 2 * capacity) {
                cut();
            }
        }
    }

    /** Lets go of the rare half in one go: cheaper than one at a time, and no less exact. */
    private void cut() {
        List<Item> sorted = sorted();
        for (Item item : sorted.subList(capacity, sorted.size())) {
            counts.remove(item.name);
            floor = Math.max(floor, item.count);
        }
    }

    private List<Item> sorted() {
        var items = new ArrayList<Item>(counts.size());
        counts.forEach((name, held) -> items.add(new Item(name, held[0], held[1])));
        items.sort(MOST_FIRST);
        return items;
    }

    /** The first {@code n}, most frequent first; equal ones by name. */
    public List<Item> top(int n) {
        List<Item> sorted = sorted();
        return List.copyOf(sorted.subList(0, Math.min(Math.min(n, capacity), sorted.size())));
    }

    public long total() {
        return total;
    }

    @Override
    public double number() {
        return total;
    }

    @Override
    public Top copy() {
        var copy = new Top(capacity);
        copy.merge(this);
        return copy;
    }

    @Override
    public void merge(Cell other) {
        var that = (Top) other;
        long mine = floor;
        counts.forEach((name, held) -> {
            if (!that.counts.containsKey(name)) {
                held[0] += that.floor;
                held[1] += that.floor;
            }
        });
        that.counts.forEach((name, theirs) -> {
            long[] held = counts.computeIfAbsent(name, _ -> new long[] {mine, mine});
            held[0] += theirs[0];
            held[1] += theirs[1];
        });
        floor += that.floor;
        total += that.total;
        if (counts.size() >= 2 * capacity) {
            cut();
        }
    }

    @Override
    public void write(BytesOut out) {
        out.varint(capacity);
        out.varint(total);
        out.varint(floor);
        out.varint(counts.size());
        counts.forEach((name, held) -> {
            out.text(name);
            out.varint(held[0]);
            out.varint(held[1]);
        });
    }

    static Top read(BytesIn in) throws BadBytesException {
        var top = new Top(in.count(1 << 20));
        top.total = in.varint();
        top.floor = in.varint();
        for (int left = in.count(2 * top.capacity); left > 0; left--) {
            top.counts.put(in.text(), new long[] {in.varint(), in.varint()});
        }
        return top;
    }

    @Override
    public Action action() {
        return Action.TOP;
    }

    @Override
    public String toString() {
        return "Top[" + top(3) + " of " + total + "]";
    }
}

package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BytesOut;
import java.util.Arrays;
import java.util.Optional;

/**
 * Leaves as bytes that another tree can merge: all that came to each of them as one mergeable state. A leaf names
 * only those steps of its path that differ from the leaf before it.
 *
 * <pre>
 * leaf  = flags(1) shared step-count step* [value] [aux] [markers]
 * step  = name action(1)
 * name  = number-of-a-name-before, or 0 length utf8
 * </pre>
 *
 * Flags and values as in a {@link TreeImage}. Read by {@link DeltaReader}.
 */
@SuppressWarnings("OperatorPrecedence")
public final class DeltaWriter {
    private static final double EXACT = 1L << 53;

    private final BytesOut out = new BytesOut(4096);
    private int leaves;
    private Optional<Shard> shard = Optional.empty();
    /** By name id of the shard, where it came: 0 not yet. */
    private int[] numbers = new int[256];

    private int names;
    private int[] path = new int[16];
    private int depth;
    private int[] next = new int[16];

    public int leaves() {
        return leaves;
    }

    public int size() {
        return out.size();
    }

    public byte[] bytes() {
        return out.copy();
    }

    void leaf(Shard from, View view, int node) {
        if (shard.isEmpty() || shard.get() != from) {
            shard = Optional.of(from);
            // Ids of nodes and names mean something else in another shard.
            Arrays.fill(numbers, 0);
            depth = 0;
        }
        int length = 0;
        for (int n = node; n != 0; n = view.parent(n)) {
            if (length == next.length) {
                next = Arrays.copyOf(next, length * 2);
            }
            next[length++] = n;
        }
        reverse(next, length);
        int shared = 0;
        while (shared < depth && shared < length && path[shared] == next[shared]) {
            shared++;
        }
        leaves++;
        write(from, view, node, shared, length);
        int[] held = path;
        path = next;
        next = held;
        depth = length;
    }

    private static void reverse(int[] array, int length) {
        for (int i = 0, k = length - 1; i < k; i++, k--) {
            int held = array[i];
            array[i] = array[k];
            array[k] = held;
        }
    }

    private void write(Shard from, View view, int node, int shared, int length) {
        Optional<Action> action = view.hasValue(node) ? view.action(node) : Optional.empty();
        Optional<Markers> markers = view.markers(node);
        double raw = view.raw(node);
        boolean isWhole = raw == Math.rint(raw) && Math.abs(raw) < EXACT && !(raw == 0 && 1 / raw < 0);
        long aux = action.isPresent() ? view.aux(node) : 0;
        int flags = action.map(Action::code).orElse(0);
        flags |= isWhole ? TreeImage.WHOLE : 0;
        flags |= aux != 0 ? TreeImage.AUX : 0;
        flags |= markers.isPresent() ? TreeImage.MARKERS : 0;
        out.u1(flags);
        out.varint(shared);
        out.varint(length - shared);
        for (int i = shared; i < length; i++) {
            name(view, next[i]);
            out.u1(from.actionSetAt(next[i]).map(Action::code).orElse(0));
        }
        if (action.isPresent()) {
            Optional<Cell> cell = view.cell(node);
            if (cell.isPresent()) {
                cell.get().write(out);
            } else if (isWhole) {
                out.zigzag((long) raw);
            } else {
                out.f8(raw);
            }
        }
        if (aux != 0) {
            out.zigzag(aux);
        }
        markers.ifPresent(held -> held.write(out));
    }

    private void name(View view, int node) {
        int id = view.key(node);
        if (id >= numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(id + 1, numbers.length * 2));
        }
        out.varint(numbers[id]);
        if (numbers[id] == 0) {
            numbers[id] = ++names;
            out.block(view.name(node));
        }
    }
}

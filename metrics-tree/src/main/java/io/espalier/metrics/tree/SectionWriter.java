package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BytesOut;
import io.espalier.metrics.bytes.Framed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Optional;

/** Writes one shard of a {@link TreeImage}. */
@SuppressWarnings("OperatorPrecedence")
final class SectionWriter {
    private static final int BLOCK = 1 << 20;
    private static final double EXACT = 1L << 53;

    private final Shard shard;
    private final View view;
    private final int now;
    private final FileChannel file;
    private final BytesOut out = new BytesOut(BLOCK + 8192);
    /** By name id, where it came in this section: 0 not yet. */
    private int[] numbers = new int[1024];

    private int names;

    SectionWriter(Shard shard, View view, int now, FileChannel file) {
        this.shard = shard;
        this.view = view;
        this.now = now;
        this.file = file;
    }

    void write() throws IOException {
        int node = 0;
        while (true) {
            int next = view.first(node);
            while (next == View.NONE) {
                if (node == 0) {
                    flush();
                    Framed.write(file, new byte[0], 0);
                    return;
                }
                next = view.next(node);
                node = next == View.NONE ? view.parent(node) : node;
            }
            node = next;
            node(node);
            if (out.size() >= BLOCK) {
                flush();
            }
        }
    }

    private void flush() throws IOException {
        if (out.size() > 0) {
            Framed.write(file, out.array(), out.size());
            out.clear();
        }
    }

    private void node(int node) {
        Optional<Action> action = view.hasValue(node) ? view.action(node) : Optional.empty();
        Optional<Cell> cell = view.cell(node);
        Optional<Markers> markers = view.markers(node);
        Optional<Policy> policy = (view.flags(node) & Values.POLICY) != 0 ? shard.lockedPolicy(node) : Optional.empty();
        double raw = view.raw(node);
        boolean isWhole = raw == Math.rint(raw) && Math.abs(raw) < EXACT && !(raw == 0 && 1 / raw < 0);
        boolean hasAux = view.aux(node) != 0;
        int flags = action.map(Action::code).orElse(0);
        flags |= isWhole ? TreeImage.WHOLE : 0;
        flags |= hasAux ? TreeImage.AUX : 0;
        flags |= markers.isPresent() ? TreeImage.MARKERS : 0;
        flags |= policy.isPresent() ? TreeImage.POLICY : 0;
        out.u1(flags);
        name(node);
        out.varint(view.children(node));
        out.zigzag((long) now - view.touched(node));
        if (action.isPresent()) {
            if (cell.isPresent()) {
                cell.get().write(out);
            } else if (isWhole) {
                out.zigzag((long) raw);
            } else {
                out.f8(raw);
            }
        }
        if (hasAux) {
            out.zigzag(view.aux(node));
        }
        markers.ifPresent(held -> held.write(out));
        policy.ifPresent(held -> {
            out.varint(held.action().map(Action::code).orElse(0));
            out.varint(held.maxChildren());
            out.varint(held.maxLeaves());
            out.varint(held.ttl().toSeconds());
        });
    }

    private void name(int node) {
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

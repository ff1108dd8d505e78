package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.Framed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Optional;

/** Reads one section of a {@link TreeImage} into a tree that nobody else uses yet. */
final class SectionReader {
    private final MetricTree tree;
    private final TreeImage.Table table;
    private final FileChannel file;
    private final int now;
    private long at;
    private BytesIn block = new BytesIn(new byte[0]);

    private byte[][] names = new byte[1024][];
    private int[] hashes = new int[1024];
    private int nameCount;

    // The open nodes of the walk: their ids, children yet to come, leaves so far, and whether they count leaves.
    private int[] nodes = new int[16];
    private int[] left = new int[16];
    private int[] leaves = new int[16];
    private boolean[] isRooted = new boolean[16];

    SectionReader(MetricTree tree, TreeImage.Table table, FileChannel file, long at) {
        this.tree = tree;
        this.table = table;
        this.file = file;
        this.at = at;
        now = tree.seconds();
    }

    void read() throws IOException {
        while (hasMore()) {
            int flags = block.u1();
            int name = name();
            Shard shard = tree.shard(tree.shardOf(hashes[name]));
            shard.lock.lock();
            try {
                subtree(shard, flags, name);
            } finally {
                shard.lock.unlock();
            }
        }
    }

    private boolean hasMore() throws IOException {
        if (block.isAtEnd()) {
            byte[] bytes = Framed.read(file, at, TreeImage.MAX_BLOCK);
            at += Framed.HEAD + bytes.length;
            block = new BytesIn(bytes);
        }
        return !block.isAtEnd();
    }

    private int name() throws BadBytesException {
        int number = block.count(nameCount);
        if (number > 0) {
            return number - 1;
        }
        if (nameCount == names.length) {
            names = Arrays.copyOf(names, nameCount * 2);
            hashes = Arrays.copyOf(hashes, nameCount * 2);
        }
        names[nameCount] = block.block();
        hashes[nameCount] = KeyHash.of(names[nameCount]);
        return nameCount++;
    }

    private void subtree(Shard shard, int topFlags, int topName) throws IOException {
        int depth = 0;
        node(shard, 0, 0, topFlags, topName);
        while (depth >= 0) {
            if (left[depth] > 0) {
                left[depth]--;
                if (!hasMore()) {
                    throw new BadBytesException("the end of a section within a subtree");
                }
                int flags = block.u1();
                int name = name();
                depth++;
                node(shard, depth, nodes[depth - 1], flags, name);
                continue;
            }
            if (isRooted[depth]) {
                shard.restored(nodes[depth], leaves[depth]);
            }
            depth--;
            if (depth >= 0) {
                leaves[depth] += leaves[depth + 1];
            } else {
                shard.restored(0, leaves[0]);
            }
        }
    }

    private void node(Shard shard, int depth, int parent, int flags, int name) throws IOException {
        if (depth == nodes.length) {
            nodes = Arrays.copyOf(nodes, depth * 2);
            left = Arrays.copyOf(left, depth * 2);
            leaves = Arrays.copyOf(leaves, depth * 2);
            isRooted = Arrays.copyOf(isRooted, depth * 2);
        }
        int children = block.count(Integer.MAX_VALUE);
        long age = block.zigzag();
        NodeStore store = shard.store;
        // What was old stays as old as it was when it was written: time while nothing ran is no neglect.
        store.now = (int) (now - age);
        int node = shard.make(parent, names[name], 0, names[name].length, hashes[name]);
        nodes[depth] = node;
        left[depth] = children;
        leaves[depth] = 0;
        isRooted[depth] = parent == 0;
        value(store, node, flags);
        if ((flags & TreeImage.MARKERS) != 0) {
            store.mark(node, Markers.read(block));
        }
        if ((flags & TreeImage.POLICY) != 0) {
            policy(shard, node);
            isRooted[depth] = true;
        }
        if (store.view.isLeaf(node)) {
            leaves[depth] = 1;
        }
    }

    private void value(NodeStore store, int node, int flags) throws BadBytesException {
        int code = flags & Values.ACTION;
        if (code > Action.values().length) {
            throw new BadBytesException("an action numbered " + code);
        }
        if (code == 0) {
            return;
        }
        Action action = Action.of(code);
        switch (action) {
            case SKETCH, UNIQUE, TOP -> store.cell(node, action).merge(Cell.read(action, block));
            case ADD, AVERAGE, MIN, MAX, LAST, SET -> {
                double raw = (flags & TreeImage.WHOLE) != 0 ? (double) block.zigzag() : block.f8();
                store.merge(node, action, raw, (flags & TreeImage.AUX) != 0 ? block.zigzag() : 0);
            }
        }
    }

    private void policy(Shard shard, int node) throws BadBytesException {
        int code = block.count(Action.values().length);
        Optional<Action> action = code == 0 ? Optional.empty() : Optional.of(Action.of(code));
        int maxChildren = block.count(Integer.MAX_VALUE);
        int maxLeaves = block.count(Integer.MAX_VALUE);
        Policy policy =
                table.today(action, maxChildren, maxLeaves, block.varint(), shard.policyAt(0), shard.rootMaxLeaves());
        shard.restorePolicy(node, policy);
    }
}

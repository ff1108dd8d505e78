package io.espalier.metrics.tree;

/** How {@link #SIZE} nodes hang together: half of a page, rarely written once the tree has grown. */
final class Links {
    static final int BITS = 10;
    static final int SIZE = 1 << BITS;
    static final int MASK = SIZE - 1;

    final int[] parent;
    final int[] key;
    final int[] first;
    final int[] next;
    final int[] children;
    /** The store's epoch when this copy was made; an older one belongs to a snapshot too. */
    long epoch;

    Links(long epoch) {
        this.epoch = epoch;
        parent = new int[SIZE];
        key = new int[SIZE];
        first = new int[SIZE];
        next = new int[SIZE];
        children = new int[SIZE];
    }

    private Links(Links from, long epoch) {
        this.epoch = epoch;
        parent = from.parent.clone();
        key = from.key.clone();
        first = from.first.clone();
        next = from.next.clone();
        children = from.children.clone();
    }

    Links copy(long newEpoch) {
        return new Links(this, newEpoch);
    }
}

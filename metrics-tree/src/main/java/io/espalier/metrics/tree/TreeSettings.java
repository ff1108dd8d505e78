package io.espalier.metrics.tree;

/**
 * The bounds of a tree.
 *
 * @param shards      a power of two; as many writers can merge at once
 * @param root        what holds for each top-level subtree on its own
 * @param maxTopLevel names of the first level; more go to a top-level {@code ~other}
 */
public record TreeSettings(int shards, Policy root, int maxTopLevel) {

    public TreeSettings {
        if (Integer.bitCount(shards) != 1) {
            throw new IllegalArgumentException("shards: " + shards + " (expected: a power of two)");
        }
        if (maxTopLevel < 1) {
            throw new IllegalArgumentException("maxTopLevel: " + maxTopLevel + " (expected: at least 1)");
        }
    }

    /** For this machine: a shard a processor, and as many leaves a subtree as half of the heap holds. */
    public static TreeSettings ofMachine() {
        long byHeap = Runtime.getRuntime().maxMemory() / 2 / 100;
        int processors = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 64);
        return new TreeSettings(
                Integer.highestOneBit(processors * 2 - 1),
                Policy.OPEN.withMaxLeaves(Math.clamp(byHeap, 10_000, 100_000_000)),
                100_000);
    }

    public TreeSettings with(Policy newRoot) {
        return new TreeSettings(shards, newRoot, maxTopLevel);
    }
}

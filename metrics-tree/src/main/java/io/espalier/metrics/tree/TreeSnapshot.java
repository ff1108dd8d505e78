package io.espalier.metrics.tree;

import java.util.List;

/** All shards as they were at one moment. Close it: until then, what is written is copied first. */
public final class TreeSnapshot implements AutoCloseable {
    private final List<View> shards;
    private final Runnable release;
    private boolean isClosed;

    TreeSnapshot(List<View> shards, Runnable release) {
        this.shards = shards;
        this.release = release;
    }

    public List<View> shards() {
        return shards;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            release.run();
        }
    }
}

package io.espalier.metrics.tree;

/**
 * A top-level subtree and its room.
 *
 * @param key    of its top, as in a query
 * @param grown  new leaves in the latest whole minute
 * @param leaves that are alive
 * @param quota  leaves that it may have; more are folded into {@code ~other}
 */
public record Subtree(String key, long grown, int leaves, int quota) {}

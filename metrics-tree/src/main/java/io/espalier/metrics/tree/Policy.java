package io.espalier.metrics.tree;

import java.time.Duration;
import java.util.Optional;

/**
 * What holds below a node, until a node further down says otherwise.
 *
 * @param action      of leaves that come to be; empty: what their sender means, else {@link Action#ADD}
 * @param maxChildren of any one node; more are folded into {@code ~other}
 * @param maxLeaves   below the node that has this policy; more are folded into {@code ~other}
 * @param ttl         a leaf not written for so long goes away; zero: never
 */
public record Policy(Optional<Action> action, int maxChildren, int maxLeaves, Duration ttl) {
    /** What the root has unless it is told otherwise. */
    public static final Policy OPEN = new Policy(Optional.empty(), 1_000_000, Integer.MAX_VALUE, Duration.ZERO);

    public Policy {
        if (maxChildren < 1) {
            throw new IllegalArgumentException("maxChildren: " + maxChildren + " (expected: at least 1)");
        }
        if (maxLeaves < 1) {
            throw new IllegalArgumentException("maxLeaves: " + maxLeaves + " (expected: at least 1)");
        }
        if (ttl.isNegative()) {
            throw new IllegalArgumentException("ttl: " + ttl + " (expected: zero or more)");
        }
    }

    public Policy with(Action action) {
        return new Policy(Optional.of(action), maxChildren, maxLeaves, ttl);
    }

    public Policy withMaxChildren(int max) {
        return new Policy(action, max, maxLeaves, ttl);
    }

    public Policy withMaxLeaves(int max) {
        return new Policy(action, maxChildren, max, ttl);
    }

    public Policy withTtl(Duration newTtl) {
        return new Policy(action, maxChildren, maxLeaves, newTtl);
    }
}

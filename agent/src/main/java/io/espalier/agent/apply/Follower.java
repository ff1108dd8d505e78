package io.espalier.agent.apply;

import io.espalier.protocol.wire.ApplyStep;

/** Is told each step of an apply as it happens; must not throw. */
@FunctionalInterface
public interface Follower {
    void step(ApplyStep step, String detail);
}

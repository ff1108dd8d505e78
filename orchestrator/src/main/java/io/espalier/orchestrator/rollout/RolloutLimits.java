package io.espalier.orchestrator.rollout;

import java.time.Duration;

/**
 * @param parallel how many hosts are sent to at a time, over all rollouts
 * @param step how long one host may take from manifest to health before it counts as hanging
 * @param settle how long a host that is still applying is waited for when it is asked how that went
 * @param grace how long after it must have gone back a host that was lost during an apply is waited for
 * @param retry the wait before the first further attempt; doubles up to ten times itself
 * @param attempts how often a manifest is sent for one step
 * @param drain how long the host steps of a superseded rollout may take to end before they are cut off
 */
public record RolloutLimits(
        int parallel, Duration step, Duration settle, Duration grace, Duration retry, int attempts, Duration drain) {

    public static final RolloutLimits DEFAULT = new RolloutLimits(
            64,
            Duration.ofMinutes(10),
            Duration.ofMinutes(2),
            Duration.ofSeconds(15),
            Duration.ofMillis(200),
            4,
            Duration.ofMinutes(1));
}

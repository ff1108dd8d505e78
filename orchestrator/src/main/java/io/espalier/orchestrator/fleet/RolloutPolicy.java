package io.espalier.orchestrator.fleet;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How a change goes through the fleet.
 *
 * @param order the names of the tiers in the order in which they are rolled out
 * @param canary how many hosts of each tier go first
 * @param parallel how many hosts of a tier go at a time after that
 * @param maxFailures more failed hosts than this stop the rollout
 * @param soak wait after each wave
 * @param approve names of environments whose rollouts wait for a person
 * @param confirmWithin an agent goes back by itself unless confirmed within this time
 */
public record RolloutPolicy(
        List<String> order,
        Share canary,
        Share parallel,
        int maxFailures,
        Duration soak,
        Set<String> approve,
        Duration confirmWithin) {

    /** A number of hosts, or a percentage of a tier. */
    public sealed interface Share {
        record Hosts(int count) implements Share {}

        record Percent(int percent) implements Share {}

        /** Of {@code total} hosts; a percentage is rounded up. */
        default int of(int total) {
            return switch (this) {
                case Hosts(var count) -> Math.min(count, total);
                case Percent(var percent) -> (total * percent + 99) / 100;
            };
        }
    }
}

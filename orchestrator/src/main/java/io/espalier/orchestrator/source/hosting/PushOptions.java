package io.espalier.orchestrator.source.hosting;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a pusher asked for with {@code git push -o}.
 *
 * @param dryRun print the plan, accept nothing
 * @param noWait do not follow the rollout
 */
record PushOptions(boolean dryRun, boolean noWait) {

    private static final Set<String> KNOWN = new TreeSet<>(Set.of("dry-run", "nowait"));

    /** @throws IllegalArgumentException naming the option that is not known, and those that are */
    static PushOptions parse(List<String> given) {
        for (String option : given) {
            if (!KNOWN.contains(option)) {
                throw new IllegalArgumentException(
                        "unknown push option '" + option + "' (known: " + String.join(", ", KNOWN) + ")");
            }
        }
        return new PushOptions(given.contains("dry-run"), given.contains("nowait"));
    }
}

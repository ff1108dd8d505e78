package io.espalier.orchestrator.plan;

import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The difference between the releases wanted and what hosts hold.
 *
 * @param target what is wanted
 * @param hosts the plan of every host that answered
 * @param unreachable hosts that did not, each with why; they are caught up when they return
 */
public record Plan(
        ReleaseSet target, SortedMap<HostName, HostPlan> hosts, SortedMap<HostName, Unreachable> unreachable) {

    public Plan {
        hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
        unreachable = Collections.unmodifiableSortedMap(new TreeMap<>(unreachable));
    }

    /** Names the plan: what is carried out is the plan of this digest or nothing. */
    public Digest digest() {
        var text = new StringBuilder(target.key().hex());
        hosts.values()
                .forEach(plan -> text.append('\n')
                        .append(plan.host())
                        .append(' ')
                        .append(plan.to())
                        .append(' ')
                        .append(plan.observed()));
        return Digest.of(text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    public boolean isInSync() {
        return hosts.values().stream().allMatch(HostPlan::isInSync);
    }
}

package io.espalier.orchestrator.plan;

import io.espalier.protocol.HostName;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What hosts hold against the release wanted on each.
 *
 * @param hosts the plan of every host that answered
 * @param unreachable hosts that did not
 */
public record Comparison(SortedMap<HostName, HostPlan> hosts, SortedMap<HostName, Unreachable> unreachable) {

    public Comparison {
        hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
        unreachable = Collections.unmodifiableSortedMap(new TreeMap<>(unreachable));
    }
}

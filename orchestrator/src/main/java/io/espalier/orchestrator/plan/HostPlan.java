package io.espalier.orchestrator.plan;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import java.util.List;
import java.util.Optional;

/**
 * What will happen on one host.
 *
 * @param from the release that it holds; empty on a host that never had one
 * @param to the release wanted
 * @param observed the digest of what it reported; an apply is refused if it holds something else by then
 * @param changes in path order, removals last
 * @param reloads the units whose reload will run, in their order
 */
public record HostPlan(
        HostName host,
        Optional<ReleaseId> from,
        ReleaseId to,
        Digest observed,
        List<FileChange> changes,
        List<String> reloads) {

    public HostPlan {
        changes = List.copyOf(changes);
        reloads = List.copyOf(reloads);
    }

    /** Nothing to write; the host may still have to learn the new release's rules. */
    public boolean isInSync() {
        return changes.isEmpty() && from.equals(Optional.of(to));
    }
}

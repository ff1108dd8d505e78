package io.espalier.orchestrator.release;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.Release;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The releases of all hosts that the fleet source at one revision asks for, together with what it was made from.
 *
 * @param fleetCommit of the fleet source
 * @param sources the commit of every source that went in, the fleet source among them
 * @param releases of the hosts with an agent; their blobs are in the object store
 * @param warnings that did not keep it from being built
 * @param units the only ones that are of this revision, where the others stay as hosts hold them; empty: all
 */
public record ReleaseSet(
        Commit fleetCommit,
        Map<SourceName, Commit> sources,
        Fleet fleet,
        SortedMap<HostName, Release> releases,
        List<Problem> warnings,
        SortedSet<String> units) {

    public ReleaseSet {
        sources = Map.copyOf(sources);
        releases = Collections.unmodifiableSortedMap(new TreeMap<>(releases));
        warnings = List.copyOf(warnings);
        units = Collections.unmodifiableSortedSet(new TreeSet<>(units));
    }

    /** Of whole releases. */
    public ReleaseSet(
            Commit fleetCommit,
            Map<SourceName, Commit> sources,
            Fleet fleet,
            SortedMap<HostName, Release> releases,
            List<Problem> warnings) {
        this(fleetCommit, sources, fleet, releases, warnings, Collections.emptySortedSet());
    }

    /** Whether hosts follow the revision in some units only. */
    public boolean isPartial() {
        return !units.isEmpty();
    }

    /**
     * Over the commits of all sources, and where only some units are of them over the releases, too: two sets of one key
     * came from the same input.
     */
    public Digest key() {
        var text = new StringBuilder();
        new TreeMap<>(sources)
                .forEach((name, commit) -> text.append(name)
                        .append('=')
                        .append(commit.revision().id())
                        .append('\n'));
        if (isPartial()) {
            text.append("units ").append(String.join(" ", units)).append('\n');
            releases.forEach((host, release) ->
                    text.append(host).append(' ').append(release.id()).append('\n'));
        }
        return Digest.of(text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}

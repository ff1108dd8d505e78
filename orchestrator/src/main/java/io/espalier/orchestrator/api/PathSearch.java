package io.espalier.orchestrator.api;

import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.protocol.release.FileEntry;
import java.util.List;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** Which hosts should hold a path. */
@Component
public final class PathSearch {

    private final Reconciler reconciler;

    PathSearch(Reconciler reconciler) {
        this.reconciler = reconciler;
    }

    /** @param example one of the hosts that should hold it */
    public record Found(String path, int hosts, String example) {}

    /** Paths of the wanted releases that contain {@code text}, sorted. */
    public List<Found> containing(String text, int limit) {
        var found = new TreeMap<String, Found>();
        reconciler
                .wanted()
                .ifPresent(set -> set.releases()
                        .forEach((host, release) -> release.files()
                                .map(FileEntry::path)
                                .filter(path -> path.contains(text))
                                .forEach(path -> found.merge(
                                        path,
                                        new Found(path, 1, host.value()),
                                        (before, one) -> new Found(path, before.hosts() + 1, before.example())))));
        return found.values().stream().limit(limit).toList();
    }
}

package io.espalier.orchestrator.backup;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.files.Node;
import io.espalier.backup.linux.Names;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.restore.Restore;
import io.espalier.backup.restore.RestorePlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is in one host's store. */
public final class Shelf {
    private static final int MOST_ENTRIES = 2_000;

    private final ObjectStore store;
    private final AgeIdentity identity;

    Shelf(ObjectStore store, AgeIdentity identity) {
        this.store = store;
        this.identity = identity;
    }

    /** Oldest first. */
    public List<Snapshot> snapshots() throws IOException {
        return Repository.outlines(store).snapshots();
    }

    /** Of its packs and indexes. */
    public long storedBytes() throws IOException {
        long bytes = 0;
        for (Kind kind : List.of(Kind.PACK, Kind.INDEX)) {
            for (ObjectName name : store.list(kind)) {
                bytes += store.size(name).orElse(0L);
            }
        }
        return bytes;
    }

    /**
     * One snapshot.
     *
     * @param digits the first of its name; empty: the newest good one of that kind that holds all paths
     * @throws BackupException {@code NOT_FOUND}
     */
    Snapshot find(String kind, Optional<String> digits, List<String> paths) throws IOException {
        List<Snapshot> newestFirst = snapshots().reversed();
        if (digits.isPresent()) {
            return named(newestFirst, digits.get());
        }
        for (Snapshot snapshot : newestFirst) {
            if (snapshot.outline().isGood() && snapshot.outline().source().equals(kind) && holds(snapshot, paths)) {
                return snapshot;
            }
        }
        throw new BackupException(
                BackupException.Reason.NOT_FOUND,
                "there is no good snapshot of " + kind
                        + (paths.isEmpty() ? "" : " that holds " + String.join(", ", paths)));
    }

    private static Snapshot named(List<Snapshot> all, String digits) {
        if (!digits.matches("[0-9a-f]{4,64}")) {
            throw new BackupException(
                    BackupException.Reason.MALFORMED,
                    "snapshot: \"" + digits + "\" (expected: at least 4 digits of its id)");
        }
        List<Snapshot> fitting = all.stream()
                .filter(snapshot -> snapshot.name().sha256Hex().startsWith(digits))
                .toList();
        if (fitting.size() != 1) {
            throw new BackupException(
                    BackupException.Reason.NOT_FOUND,
                    fitting.isEmpty()
                            ? "there is no snapshot " + digits
                            : digits + " is the begin of " + fitting.size() + " snapshots");
        }
        return fitting.getFirst();
    }

    /** By its roots: whether a path was there is seen when it is restored. */
    private boolean holds(Snapshot snapshot, List<String> paths) throws IOException {
        if (paths.isEmpty()) {
            return true;
        }
        List<String> roots = snapshot.open(identity).roots().stream()
                .map(RestorePlan::pathOf)
                .toList();
        return paths.stream()
                .map(RestorePlan::pathOf)
                .allMatch(path -> roots.stream().anyMatch(root -> root.isEmpty() || Names.isBelow(path, root)));
    }

    /** What lies right below a folder of a snapshot; the first two thousand. */
    public List<Node> entries(String digits, String folder) throws IOException {
        Snapshot snapshot = named(snapshots(), digits);
        Repository repository = Repository.open(store, Repository.keyOf(store, snapshot, identity));
        String path = RestorePlan.pathOf(folder);
        var entries = new ArrayList<Node>();
        Restore.browse(repository, snapshot, identity, path.isEmpty() ? List.of() : List.of(path), node -> {
            boolean isRightBelow = !node.path().isEmpty()
                    && !node.path().equals(path)
                    && Names.folderOf(node.path()).equals(path);
            if (isRightBelow && entries.size() < MOST_ENTRIES) {
                entries.add(node);
            }
        });
        return entries;
    }
}

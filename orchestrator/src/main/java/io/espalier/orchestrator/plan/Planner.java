package io.espalier.orchestrator.plan;

import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.ObservedFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads no disk and no network, so every rule about what changes is tested with two values. */
public final class Planner {

    private Planner() {}

    /**
     * The fewest changes that take a host from what it holds to {@code wanted}: writes in path order, then removals.
     *
     * <p>Removed is what the release that the host holds has and {@code wanted} has not, and what lies in a purged folder.
     * Folders and devices are never removed.
     *
     * @param previous the release that the host holds, where it is known: names the unit of a removal, and tells which units
     *     change in other ways than by files
     */
    public static HostPlan plan(Release wanted, Message.Observed held, Optional<Release> previous) {
        return plan(wanted, wanted.id(), held, previous);
    }

    static HostPlan plan(Release wanted, ReleaseId id, Message.Observed held, Optional<Release> previous) {
        Map<String, ObservedFile> onHost = HashMap.newHashMap(held.files().size());
        held.files().forEach(file -> onHost.put(file.path(), file));

        var changes = new ArrayList<FileChange>();
        for (Unit unit : wanted.units()) {
            for (FileEntry file : unit.files()) {
                write(unit.name(), file, Optional.ofNullable(onHost.remove(file.path())))
                        .ifPresent(changes::add);
            }
        }
        changes.sort(Comparator.comparing(FileChange::path));
        changes.addAll(removals(wanted, held, onHost.keySet(), previous));
        return new HostPlan(
                wanted.host(), held.current(), id, held.digest(), changes, reloads(wanted, changes, previous));
    }

    private static Optional<FileChange> write(String unit, FileEntry wanted, Optional<ObservedFile> onHost) {
        if (onHost.isEmpty()) {
            return Optional.of(new FileChange.Create(unit, wanted));
        }
        ObservedFile held = onHost.get();
        if (held.kind() != ObservedFile.Kind.FILE || !held.content().equals(Optional.of(wanted.content()))) {
            return Optional.of(new FileChange.Update(unit, wanted, held));
        }
        return held.mode() == wanted.mode()
                        && isOwnedBy(wanted.owner(), held.owner())
                        && isOwnedBy(wanted.group(), held.group())
                ? Optional.empty()
                : Optional.of(new FileChange.Attributes(unit, wanted, held));
    }

    /** An empty name means the agent's own user, whose name only the agent knows. */
    private static boolean isOwnedBy(String wanted, String held) {
        return wanted.isEmpty() || wanted.equals(held);
    }

    private static List<FileChange> removals(
            Release wanted, Message.Observed held, Set<String> notWanted, Optional<Release> previous) {
        if (notWanted.isEmpty()) {
            return List.of();
        }
        Map<String, String> heldBy = previous.stream()
                .flatMap(release -> release.units().stream())
                .flatMap(unit -> unit.files().stream().map(file -> Map.entry(file.path(), unit.name())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (first, _) -> first));
        return held.files().stream()
                .filter(file -> notWanted.contains(file.path()) && isRemovable(file.kind()))
                .sorted(Comparator.comparing(ObservedFile::path))
                .<FileChange>map(file -> new FileChange.Remove(
                        purgedBy(wanted, file.path())
                                .or(() -> Optional.ofNullable(heldBy.get(file.path())))
                                .orElse(""),
                        file))
                .toList();
    }

    private static boolean isRemovable(ObservedFile.Kind kind) {
        return switch (kind) {
            case FILE, LINK -> true;
            case FOLDER, OTHER -> false;
        };
    }

    private static Optional<String> purgedBy(Release wanted, String path) {
        return wanted.units().stream()
                .filter(unit -> unit.purged().stream().anyMatch(path::startsWith))
                .map(Unit::name)
                .findFirst();
    }

    private static List<String> reloads(Release wanted, List<FileChange> changes, Optional<Release> previous) {
        Set<String> changed = changes.stream().map(FileChange::unit).collect(Collectors.toSet());
        Map<String, Unit> before = previous.stream()
                .flatMap(release -> release.units().stream())
                .collect(Collectors.toMap(Unit::name, unit -> unit));
        return wanted.units().stream()
                .filter(unit -> unit.reload().isPresent()
                        && (changed.contains(unit.name()) || isTouched(unit, before.get(unit.name()))))
                .map(Unit::name)
                .toList();
    }

    /** Packages to install, accounts to make and settings of the kernel are part of a unit as its files are. */
    private static boolean isTouched(Unit wanted, @Nullable Unit before) {
        return before != null
                && !(wanted.packages().equals(before.packages())
                        && wanted.accounts().equals(before.accounts())
                        && wanted.sysctl().equals(before.sysctl()));
    }
}

package io.espalier.orchestrator.release;

import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tells a release that is suddenly empty or much smaller than the one before, which is held for a person: more likely a
 * variable or a selector went wrong than that anybody meant it.
 */
public final class Shrinkage {

    /** A release of fewer files may lose any of them. */
    private static final int FEW_FILES = 4;

    private Shrinkage() {}

    /** A sentence why {@code next} must be looked at before it replaces {@code previous}; empty if it need not. */
    public static Optional<String> check(Release previous, Release next) {
        Map<String, FileEntry> wanted =
                next.files().collect(Collectors.toMap(FileEntry::path, file -> file, (a, b) -> a, HashMap::new));
        List<FileEntry> held = previous.files().toList();
        for (FileEntry file : held) {
            FileEntry now = wanted.get(file.path());
            if (file.size() > 0 && now != null && now.size() == 0) {
                return Optional.of(file.path() + " becomes empty (it holds " + file.size() + " bytes)");
            }
        }
        long lost =
                held.stream().filter(file -> !wanted.containsKey(file.path())).count();
        if (!held.isEmpty() && lost == held.size()) {
            return Optional.of("all " + counted(held.size()) + " would be removed");
        }
        if (held.size() >= FEW_FILES && 2 * lost > held.size()) {
            return Optional.of(lost + " of " + held.size() + " files would be removed");
        }
        return emptiedUnit(previous, next);
    }

    /** A unit that is still there without its files; one that was taken from the host altogether was meant to go. */
    private static Optional<String> emptiedUnit(Release previous, Release next) {
        Map<String, Unit> units = next.units().stream().collect(Collectors.toMap(Unit::name, unit -> unit));
        for (Unit unit : previous.units()) {
            Unit now = units.get(unit.name());
            if (now != null && !unit.files().isEmpty() && now.files().isEmpty()) {
                return Optional.of("unit '" + unit.name() + "' would lose all its "
                        + counted(unit.files().size()));
            }
        }
        return Optional.empty();
    }

    private static String counted(int files) {
        return files == 1 ? "1 file" : files + " files";
    }
}

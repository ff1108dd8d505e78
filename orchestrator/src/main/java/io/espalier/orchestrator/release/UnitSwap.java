package io.espalier.orchestrator.release;

import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Makes of what a host holds and of what a revision wants the release in which only some units are those of the revision.
 * It holds nothing that did not pass the check of a push, but a combination that nobody has tried; where that can be told
 * not to work, there is no such release. Pure.
 */
final class UnitSwap {

    /** What came of it. */
    sealed interface Outcome {

        /** @param release the same as the one held, if these units are of the revision already */
        record Swapped(Release release) implements Outcome {}

        /** @param why a sentence that begins small, and what to do about it */
        record Unsound(String why) implements Outcome {}
    }

    private UnitSwap() {}

    /**
     * @param units the names of those to take from {@code wanted}; one that {@code wanted} has not is taken from the host
     * @param needs which units each unit must come after
     */
    static Outcome swap(Release held, Release wanted, Set<String> units, Map<String, List<String>> needs) {
        Map<String, Unit> before = byName(held);
        Map<String, Unit> after = byName(wanted);
        return unmetNeed(before, after, units, needs)
                .or(() -> sharedPath(held, after, units))
                .or(() -> movedPath(before, after, units))
                .<Outcome>map(Outcome.Unsound::new)
                .orElseGet(() -> combined(held, wanted, units));
    }

    private static Outcome combined(Release held, Release wanted, Set<String> units) {
        try {
            return new Outcome.Swapped(new Release(held.host(), inOrder(held, wanted, units)));
        } catch (IllegalArgumentException e) {
            return new Outcome.Unsound(String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, Unit> byName(Release release) {
        return release.units().stream().collect(Collectors.toMap(Unit::name, Function.identity()));
    }

    private static Optional<String> unmetNeed(
            Map<String, Unit> before, Map<String, Unit> after, Set<String> units, Map<String, List<String>> needs) {
        for (String unit : units) {
            for (String need : after.containsKey(unit) ? needs.getOrDefault(unit, List.of()) : List.<String>of()) {
                Unit wanted = after.get(need);
                if (wanted != null && !units.contains(need) && !wanted.equals(before.get(need))) {
                    return Optional.of("unit '" + unit + "' needs '" + need + "', which the host "
                            + (before.containsKey(need) ? "holds as an older revision had it" : "does not hold")
                            + "; deploy '" + need + "' too");
                }
            }
        }
        return Optional.empty();
    }

    /** A path that a swapped unit lays and that a unit which stays holds as well. */
    private static Optional<String> sharedPath(Release held, Map<String, Unit> after, Set<String> units) {
        var stays = new HashMap<String, String>();
        held.units().stream()
                .filter(unit -> !units.contains(unit.name()))
                .forEach(unit -> unit.files().forEach(file -> stays.put(file.path(), unit.name())));
        for (String unit : units) {
            for (FileEntry file : files(after, unit)) {
                String holder = stays.get(file.path());
                if (holder != null) {
                    return Optional.of(file.path() + " is laid by '" + unit + "' in this revision and by '" + holder
                            + "' in what the host holds; deploy '" + holder + "' too");
                }
            }
        }
        return Optional.empty();
    }

    /** A path that a swapped unit gives up and another unit of the revision takes over: it would be gone until then. */
    private static Optional<String> movedPath(Map<String, Unit> before, Map<String, Unit> after, Set<String> units) {
        var takers = new HashMap<String, String>();
        after.values().stream()
                .filter(unit -> !units.contains(unit.name()))
                .forEach(unit -> unit.files().forEach(file -> takers.put(file.path(), unit.name())));
        for (String unit : units) {
            for (FileEntry file : files(before, unit)) {
                String taker = takers.get(file.path());
                if (taker != null) {
                    return Optional.of(file.path() + " goes from '" + unit + "' to '" + taker
                            + "' in this revision; deploy '" + taker + "' too");
                }
            }
        }
        return Optional.empty();
    }

    private static List<FileEntry> files(Map<String, Unit> of, String unit) {
        Unit found = of.get(unit);
        return found == null ? List.of() : found.files();
    }

    /** Units keep their places; a new one comes right after the last of those that precede it in {@code wanted}. */
    private static List<Unit> inOrder(Release held, Release wanted, Set<String> units) {
        Map<String, Unit> after = byName(wanted);
        var order = new ArrayList<Unit>();
        for (Unit unit : held.units()) {
            if (!units.contains(unit.name())) {
                order.add(unit);
            } else if (after.containsKey(unit.name())) {
                order.add(after.get(unit.name()));
            }
        }
        int at = 0;
        for (Unit unit : wanted.units()) {
            int place = place(order, unit.name());
            if (place >= 0) {
                at = Math.max(at, place + 1);
            } else if (units.contains(unit.name())) {
                order.add(at++, unit);
            }
        }
        return order;
    }

    private static int place(List<Unit> order, String name) {
        for (int i = 0; i < order.size(); i++) {
            if (order.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }
}

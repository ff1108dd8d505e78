package io.espalier.agent.apply;

import io.espalier.agent.observe.Observation;
import io.espalier.agent.observe.Seen;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Decides what leads from what is there to what is wanted. Touches nothing. */
final class Planner {

    /**
     * A file that a release wants.
     *
     * @param unit that holds it
     */
    record Wanted(String unit, Image.File file) {}

    private final Release release;
    private final SortedMap<String, Wanted> wanted;
    private final Map<String, String> heldBy;
    private final Observation seen;

    /**
     * @param wanted the release's files by path
     * @param heldBy the paths of the release that is on disk, with their units
     * @param seen all paths of both, and what is in the purged folders
     */
    Planner(Release release, SortedMap<String, Wanted> wanted, Map<String, String> heldBy, Observation seen) {
        this.release = release;
        this.wanted = wanted;
        this.heldBy = heldBy;
        this.seen = seen;
    }

    /**
     * The fewest steps, in path order, removals last; without new folders, which only a look at the disk can tell.
     *
     * @param settings of the kernel that differ
     * @param touched units that changed otherwise, by packages or accounts
     */
    Transition plan(List<Setting> settings, Set<String> touched) throws Failure {
        var steps = new ArrayList<Step>();
        for (Map.Entry<String, Wanted> file : wanted.entrySet()) {
            String barred = seen.barred().get(file.getKey());
            if (barred != null) {
                throw new Failure(Reason.PATH_REFUSED, barred);
            }
            Image before = image(file.getKey());
            Image.File after = file.getValue().file();
            if (!before.equals(after)) {
                steps.add(new Step(file.getKey(), file.getValue().unit(), before, after));
            }
        }
        for (Map.Entry<String, Seen> there : seen.files().entrySet()) {
            String path = there.getKey();
            if (!wanted.containsKey(path) && isRemovable(there.getValue())) {
                steps.add(new Step(path, unitOf(path), image(path), new Image.Absent()));
            }
        }
        var changed = new HashSet<>(touched);
        steps.forEach(step -> changed.add(step.unit()));
        settings.forEach(setting -> changed.add(setting.unit()));
        List<String> changedUnits = release.units().stream()
                .map(Unit::name)
                .filter(changed::contains)
                .toList();
        return new Transition(steps, List.of(), settings, changedUnits);
    }

    private Image image(String path) throws Failure {
        Seen there = seen.files().get(path);
        if (there == null) {
            return new Image.Absent();
        }
        return switch (there.entry().kind()) {
            case FILE ->
                new Image.File(
                        there.content().orElseThrow(),
                        there.entry().size(),
                        there.entry().mode(),
                        there.entry().uid(),
                        there.entry().gid());
            case LINK ->
                new Image.Link(
                        there.target().orElseThrow(),
                        there.entry().uid(),
                        there.entry().gid());
            case FOLDER -> throw new Failure(Reason.PATH_REFUSED, path + ": a folder is there");
            case OTHER -> throw new Failure(Reason.PATH_REFUSED, path + ": a device, pipe or socket is there");
        };
    }

    /** What somebody put in place of a file that is no longer wanted is left alone unless it is a file or a link. */
    private static boolean isRemovable(Seen there) {
        return switch (there.entry().kind()) {
            case FILE, LINK -> true;
            case FOLDER, OTHER -> false;
        };
    }

    /** Of a path that goes: the unit that purges its folder, else the one that held it. */
    private String unitOf(String path) {
        Optional<String> purging = release.units().stream()
                .filter(unit -> unit.purged().stream().anyMatch(path::startsWith))
                .map(Unit::name)
                .findFirst();
        return purging.orElseGet(() -> heldBy.getOrDefault(path, ""));
    }
}

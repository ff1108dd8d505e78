package io.espalier.orchestrator.release;

import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.util.ArrayList;
import java.util.List;

/** In which units one release differs from another. */
public final class UnitDifference {

    private UnitDifference() {}

    /** The names of units that are others in {@code wanted}, or that only one of the two has; in order. */
    public static List<String> of(Release held, Release wanted) {
        var names = new ArrayList<String>();
        wanted.units().stream()
                .filter(unit -> !held.units().contains(unit))
                .map(Unit::name)
                .forEach(names::add);
        held.units().stream()
                .map(Unit::name)
                .filter(name ->
                        wanted.units().stream().noneMatch(unit -> unit.name().equals(name)))
                .forEach(names::add);
        return names;
    }
}

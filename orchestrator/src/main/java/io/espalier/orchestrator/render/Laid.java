package io.espalier.orchestrator.render;

import io.espalier.orchestrator.fleet.UnitSpec;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Who lays which path on one host; the same rules as a release has, with the names of those who break them. */
final class Laid {

    private record Holder(String path, String unit, String place) {
        @Override
        public String toString() {
            return "unit '" + unit + "' (" + place + ")";
        }
    }

    private final Map<String, Holder> files = new HashMap<>();
    private final Map<String, Holder> folders = new HashMap<>();

    /** Empty if {@code unit} may lay {@code path}, or a sentence that names the other. */
    Optional<String> add(String path, UnitSpec unit, int line) {
        String key = path.toLowerCase(Locale.ROOT);
        var holder = new Holder(path, unit.name(), unit.declaredIn() + ":" + line);
        Holder other = files.get(key);
        if (other != null) {
            return Optional.of(
                    other.path.equals(path)
                            ? "path '" + path + "' of unit '" + unit.name() + "' is also laid by " + other
                            : "path '" + path + "' of unit '" + unit.name() + "' differs only in case from '"
                                    + other.path + "' of " + other);
        }
        Holder below = folders.get(key);
        if (below != null) {
            return Optional.of("path '" + path + "' of unit '" + unit.name() + "' is a folder for '" + below.path
                    + "' of " + below);
        }
        for (int slash = key.lastIndexOf('/'); slash > 0; slash = key.lastIndexOf('/', slash - 1)) {
            Holder above = files.get(key.substring(0, slash));
            if (above != null) {
                return Optional.of("path '" + path + "' of unit '" + unit.name() + "' lies below the file '"
                        + above.path + "' of " + above);
            }
        }
        files.put(key, holder);
        for (int slash = key.lastIndexOf('/'); slash > 0; slash = key.lastIndexOf('/', slash - 1)) {
            if (folders.putIfAbsent(key.substring(0, slash), holder) != null) {
                break;
            }
        }
        return Optional.empty();
    }
}

package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.git.WantedRef;
import io.espalier.protocol.Reason;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Which folder of a repository, and which revision of it, a source follows. */
sealed interface SvnRef {

    /** The newest revision of one folder beneath the URL; empty for the URL's own. */
    record Folder(String path) implements SvnRef {}

    /** The URL's folder as it was at one revision. */
    record Pinned(long revision) implements SvnRef {}

    /** The folder with the highest version among those in {@code parent} that begin with {@code prefix}. */
    record Newest(String parent, String prefix, String pick) implements SvnRef {

        Optional<String> choose(Collection<String> names) {
            return WantedRef.newest(
                            names.stream()
                                    .filter(name -> name.startsWith(prefix))
                                    .toList(),
                            pick)
                    .map(name -> parent.isEmpty() ? name : parent + "/" + name);
        }
    }

    /** @throws SourceException with {@code malformed} if the spec names no folder */
    static SvnRef of(SourceSpec.Svn spec) {
        String ref = spec.ref();
        boolean picks = ref.endsWith("*");
        String path = picks ? ref.substring(0, ref.length() - 1) : ref;
        Supplier<SourceException> malformed = () -> new SourceException(
                Reason.MALFORMED,
                "'" + ref + "' is not a folder of a Subversion repository (expected: trunk, branches/stable, r1234, or"
                        + " tags/v* with pick: semver)");
        if (picks != spec.pick().isPresent()
                || path.contains("*")
                || path.startsWith("/")
                || path.contains("//")
                || List.of(path.split("/")).contains("..")
                || path.chars().anyMatch(Character::isISOControl)) {
            throw malformed.get();
        }
        if (picks) {
            String pick = spec.pick().orElseThrow();
            WantedRef.newest(List.of(), pick); // refuses what is no pick
            int slash = path.lastIndexOf('/');
            return new Newest(path.substring(0, Math.max(0, slash)), path.substring(slash + 1), pick);
        }
        if (path.matches("r[0-9]{1,18}")) {
            return new Pinned(Long.parseLong(path.substring(1)));
        }
        return new Folder(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }
}

package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.Reason;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;

/**
 * Which ref of a remote a source follows. Either one ref ({@code main}, {@code v1.2}, {@code refs/heads/main}) or, with
 * {@code pick: semver}, the highest version (in a range: {@code pick: semver ^1.2}) among those under a prefix
 * ({@code refs/tags/v*}). Pre-releases are picked
 * only where no release matches.
 */
public final class WantedRef {

    private final String ref;
    private final boolean picks;
    private final VersionRange range;

    private WantedRef(String ref, boolean picks, VersionRange range) {
        this.ref = ref;
        this.picks = picks;
        this.range = range;
    }

    /** @throws SourceException with {@code malformed} if the two do not fit together */
    public static WantedRef of(String ref, Optional<String> pick) {
        boolean picks = ref.endsWith("*");
        String name = picks ? ref.substring(0, ref.length() - 1) + "x" : ref;
        if (!name.equals("HEAD")
                && !Repository.isValidRefName(name.startsWith("refs/") ? name : "refs/heads/" + name)) {
            throw malformed("'" + ref + "' is not a ref (expected: a branch, a tag, or a full ref such as"
                    + " refs/heads/main)");
        }
        if (picks && !ref.startsWith("refs/")) {
            throw malformed("'" + ref + "' has a '*' but is not a full ref (expected: refs/tags/v*)");
        }
        if (picks != pick.isPresent()) {
            throw malformed(
                    picks
                            ? "'" + ref + "' matches many refs, so 'pick' must say which (expected: pick: semver)"
                            : "'pick' needs a ref that ends in '*' (expected: refs/tags/v*)");
        }
        return new WantedRef(ref, picks, VersionRange.ofPick(pick.orElse("semver")));
    }

    /** What to ask a remote for; it may answer with more, such as {@code main2} where {@code main} is wanted. */
    List<String> prefixes() {
        if (picks) {
            return List.of(ref.substring(0, ref.length() - 1));
        }
        return isFull() ? List.of(ref) : List.of("refs/heads/" + ref, "refs/tags/" + ref);
    }

    /** A branch is taken before a tag of the same name; empty if none is there. */
    public Optional<Ref> choose(Collection<Ref> refs) {
        if (!picks) {
            return prefixes().stream()
                    .flatMap(name -> refs.stream().filter(ref -> ref.getName().equals(name)))
                    .findFirst();
        }
        String prefix = prefixes().getFirst();
        return refs.stream()
                .filter(candidate -> candidate.getName().startsWith(prefix))
                .filter(candidate -> version(candidate).filter(range::holds).isPresent())
                .max(Comparator.comparing(candidate -> version(candidate).orElseThrow(), WantedRef::preferReleases));
    }

    /** Whether a push to {@code refName} may change what this follows. */
    public boolean concerns(String refName) {
        return picks ? refName.startsWith(prefixes().getFirst()) : prefixes().contains(refName);
    }

    private static int preferReleases(Semver one, Semver two) {
        int byKind = Boolean.compare(one.isRelease(), two.isRelease());
        return byKind != 0 ? byKind : one.compareTo(two);
    }

    private static Optional<Semver> version(Ref candidate) {
        String name = candidate.getName();
        return Semver.parse(name.substring(name.lastIndexOf('/') + 1));
    }

    /** The highest version among {@code names}, by the same rules; empty if none is a version that {@code pick} wants. */
    public static Optional<String> newest(Collection<String> names, String pick) {
        VersionRange range = VersionRange.ofPick(pick);
        return names.stream()
                .filter(name -> Semver.parse(name).filter(range::holds).isPresent())
                .max(Comparator.comparing(name -> Semver.parse(name).orElseThrow(), WantedRef::preferReleases));
    }

    private boolean isFull() {
        return ref.startsWith("refs/") || ref.equals("HEAD");
    }

    private static SourceException malformed(String message) {
        return new SourceException(Reason.MALFORMED, message);
    }

    @Override
    public String toString() {
        return ref;
    }
}

package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.Reason;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which versions are wanted: {@code ^1.2}, {@code ~1.4.2}, {@code 1.x} written as {@code 1}, or bounds such as
 * {@code >=1.2 <3}; all parts must hold. A pre-release counts as the release that it leads to, so {@code <2} is not
 * reached by {@code 2.0.0-rc.1}.
 */
final class VersionRange {

    static final String FORM = "[~^]?[0-9.]+ or bounds such as >=1.2 <3";

    private static final Pattern PART = Pattern.compile(
            "(>=|<=|>|<|=|\\^|~)?v?(0|[1-9][0-9]{0,8})(?:\\.(0|[1-9][0-9]{0,8}))?(?:\\.(0|[1-9][0-9]{0,8}))?");

    private final List<Predicate<Semver>> parts;

    private VersionRange(List<Predicate<Semver>> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * @param pick {@code semver}, or {@code semver} and a range behind it
     * @throws SourceException with {@code malformed} for anything else
     */
    static VersionRange ofPick(String pick) {
        if (!pick.equals("semver") && !pick.startsWith("semver ")) {
            throw malformed("unknown pick '" + pick + "' (expected: semver, or semver and a range such as ^1.2)");
        }
        var parts = new ArrayList<Predicate<Semver>>();
        for (String word : pick.substring("semver".length()).split(" ", -1)) {
            if (!word.isEmpty()) {
                parts.add(part(word));
            }
        }
        return new VersionRange(parts);
    }

    boolean holds(Semver version) {
        var release = new Semver(version.major(), version.minor(), version.patch(), List.of());
        return parts.stream().allMatch(part -> part.test(release));
    }

    private static Predicate<Semver> part(String word) {
        Matcher matcher = PART.matcher(word);
        if (!matcher.matches()) {
            throw malformed("'" + word + "' is no range of versions (expected: " + FORM + ")");
        }
        String operator = Optional.ofNullable(matcher.group(1)).orElse("=");
        int given = matcher.group(3) == null ? 1 : matcher.group(4) == null ? 2 : 3;
        Semver from = version(number(matcher, 2), number(matcher, 3), number(matcher, 4));
        Semver behind = next(from, given);
        return switch (operator) {
            case ">=" -> at -> at.compareTo(from) >= 0;
            case ">" -> at -> at.compareTo(behind) >= 0;
            case "<" -> at -> at.compareTo(from) < 0;
            case "<=" -> at -> at.compareTo(behind) < 0;
            case "~" -> between(from, next(from, Math.min(2, given)));
            case "^" -> between(from, next(from, Math.min(given, firstThatCounts(from))));
            default -> between(from, behind);
        };
    }

    private static Predicate<Semver> between(Semver from, Semver end) {
        return at -> at.compareTo(from) >= 0 && at.compareTo(end) < 0;
    }

    /** 1 for the major number, 2 for the minor, 3 for the patch; what is left of it is zero. */
    private static int firstThatCounts(Semver version) {
        if (version.major().signum() > 0) {
            return 1;
        }
        return version.minor().signum() > 0 ? 2 : 3;
    }

    /** The first version behind all that begin with the same {@code digits} numbers. */
    private static Semver next(Semver version, int digits) {
        return switch (digits) {
            case 1 -> version(version.major().add(BigInteger.ONE), BigInteger.ZERO, BigInteger.ZERO);
            case 2 -> version(version.major(), version.minor().add(BigInteger.ONE), BigInteger.ZERO);
            default -> version(version.major(), version.minor(), version.patch().add(BigInteger.ONE));
        };
    }

    private static Semver version(BigInteger major, BigInteger minor, BigInteger patch) {
        return new Semver(major, minor, patch, List.of());
    }

    private static BigInteger number(Matcher matcher, int group) {
        return matcher.group(group) == null ? BigInteger.ZERO : new BigInteger(matcher.group(group));
    }

    private static SourceException malformed(String message) {
        return new SourceException(Reason.MALFORMED, message);
    }
}

package io.espalier.orchestrator.source.git;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A version after semver.org 2.0.0, with an optional leading {@code v}; ordered by precedence (section 11). Build
 * metadata does not count.
 *
 * @param before the pre-release identifiers; empty for a release
 */
record Semver(BigInteger major, BigInteger minor, BigInteger patch, List<String> before) implements Comparable<Semver> {

    private static final Pattern FORM = Pattern.compile(
            "v?(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?");

    /** Empty if {@code text} is no such version. */
    static Optional<Semver> parse(String text) {
        var form = FORM.matcher(text);
        if (text.length() > 256 || !form.matches()) {
            return Optional.empty();
        }
        List<String> before =
                form.group(4) == null ? List.of() : List.of(form.group(4).split("\\.", -1));
        if (before.contains("")) {
            return Optional.empty();
        }
        return Optional.of(new Semver(
                new BigInteger(form.group(1)), new BigInteger(form.group(2)), new BigInteger(form.group(3)), before));
    }

    boolean isRelease() {
        return before.isEmpty();
    }

    @Override
    public int compareTo(Semver other) {
        int order = major.compareTo(other.major);
        order = order != 0 ? order : minor.compareTo(other.minor);
        order = order != 0 ? order : patch.compareTo(other.patch);
        if (order != 0) {
            return order;
        }
        if (before.isEmpty() || other.before.isEmpty()) {
            return Boolean.compare(before.isEmpty(), other.before.isEmpty());
        }
        for (int i = 0; i < Math.min(before.size(), other.before.size()); i++) {
            order = compareIdentifiers(before.get(i), other.before.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(before.size(), other.before.size());
    }

    private static int compareIdentifiers(String one, String two) {
        boolean oneIsNumber = one.chars().allMatch(Semver::isDigit);
        boolean twoIsNumber = two.chars().allMatch(Semver::isDigit);
        if (oneIsNumber && twoIsNumber) {
            return new BigInteger(one).compareTo(new BigInteger(two));
        }
        return oneIsNumber != twoIsNumber ? (oneIsNumber ? -1 : 1) : one.compareTo(two);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}

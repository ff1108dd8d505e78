package io.espalier.orchestrator.access;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What a user or a token may do. Every right brings {@code read}; {@code admin} brings all. */
public enum Right {
    /** See everything. */
    READ,
    /** Push to hosted repositories, and have sources looked at. */
    PUSH,
    /** Begin, steer and undo rollouts. */
    DEPLOY,
    /** Enrol hosts, see users and the audit trail. */
    ADMIN;

    /** As written in JSON, pages and the database: {@code deploy}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException naming the word and those that are known */
    public static Right parse(String word) {
        return Arrays.stream(values())
                .filter(right -> right.word().equals(word))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("right: " + word + " (expected: read, push, deploy or admin)"));
    }

    /** {@code rights} and all that they bring along, unmodifiable. */
    static Set<Right> expanded(Collection<Right> rights) {
        if (rights.isEmpty()) {
            return Set.of();
        }
        var all = rights.contains(ADMIN) ? EnumSet.allOf(Right.class) : EnumSet.copyOf(rights);
        all.add(READ);
        return Collections.unmodifiableSet(all);
    }

    /** Words separated by blanks, in the order of this enum. */
    static String join(Set<Right> rights) {
        return String.join(" ", new TreeSet<>(rights).stream().map(Right::word).toList());
    }

    static Set<Right> split(String words) {
        return words.isBlank()
                ? Set.of()
                : expanded(Arrays.stream(words.split(" ")).map(Right::parse).toList());
    }

    static Set<Right> parseAll(List<String> words) {
        return expanded(words.stream().map(Right::parse).toList());
    }
}

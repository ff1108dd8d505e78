package io.espalier.orchestrator.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host name that stands for several: {@code web[02-40]}, {@code db[1-3,7]}. Zeros in front of a range's first number
 * are kept: {@code web02}.
 */
final class HostRange {

    /** Of one range. */
    static final int MAX_HOSTS = 10_000;

    private static final Pattern RANGE = Pattern.compile("([^\\[\\]]*)\\[([^\\[\\]]*)]([^\\[\\]]*)");
    private static final Pattern PART = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

    private HostRange() {}

    /**
     * One host of a range.
     *
     * @param number without zeros in front, for <code>{n}</code>; absent for a name that is no range
     */
    record Member(String name, Optional<String> number) {

        /** {@code text} with <code>{n}</code> replaced. */
        String fill(String text) {
            return number.map(n -> text.replace("{n}", n)).orElse(text);
        }
    }

    /** @throws IllegalArgumentException saying what is wrong with the range */
    static List<Member> expand(String name) {
        if (name.indexOf('[') < 0 && name.indexOf(']') < 0) {
            return List.of(new Member(name, Optional.empty()));
        }
        Matcher range = RANGE.matcher(name);
        if (!range.matches()) {
            throw new IllegalArgumentException("range '" + name + "' (expected: one [..] such as web[02-40])");
        }
        var members = new ArrayList<Member>();
        for (String part : range.group(2).split(",", -1)) {
            Matcher bounds = PART.matcher(part.strip());
            if (!bounds.matches()) {
                throw new IllegalArgumentException(
                        "range '" + name + "' (expected: numbers such as [02-40] or [1-3,7])");
            }
            String first = bounds.group(1);
            String last = bounds.group(2) == null ? first : bounds.group(2);
            if (Integer.parseInt(last) < Integer.parseInt(first)) {
                throw new IllegalArgumentException("range '" + name + "' runs backwards");
            }
            for (int n = Integer.parseInt(first); n <= Integer.parseInt(last); n++) {
                String padded = String.format(java.util.Locale.ROOT, "%0" + first.length() + "d", n);
                members.add(new Member(range.group(1) + padded + range.group(3), Optional.of(String.valueOf(n))));
                if (members.size() > MAX_HOSTS) {
                    throw new IllegalArgumentException("range '" + name + "' has more than " + MAX_HOSTS + " hosts");
                }
            }
        }
        return members;
    }
}

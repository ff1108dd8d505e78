package io.espalier.protocol;

import java.util.regex.Pattern;

/** The id of one agent, given at enrolment and never used again for another host; never part of a path. */
public record Auid(String value) implements Comparable<Auid> {

    private static final Pattern VALID = Pattern.compile("[a-z0-9-]{1,64}");

    public Auid {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("auid: " + value + " (expected: [a-z0-9-]{1,64})");
        }
    }

    @Override
    public int compareTo(Auid other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

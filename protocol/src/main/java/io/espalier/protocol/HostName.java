package io.espalier.protocol;

import java.util.regex.Pattern;

/** The name of one machine in the fleet, such as {@code web1}; never used as part of a path. */
public record HostName(String value) implements Comparable<HostName> {

    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    public HostName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("host name: " + value + " (expected: [a-z0-9-], 1 to 64 characters)");
        }
    }

    /** Whether {@code text} may name a host: lower-case letters, digits and dashes, not starting with a dash. */
    public static boolean isValid(String text) {
        return VALID.matcher(text).matches();
    }

    @Override
    public int compareTo(HostName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

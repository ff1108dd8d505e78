package io.espalier.backup.transport;

import java.util.regex.Pattern;

/** A host's id; checked before it becomes part of a key, a path or a message. */
public record Auid(String text) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9-]{1,64}");

    public Auid {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("auid: (expected: 1 to 64 of a-z, 0-9 and -)");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}

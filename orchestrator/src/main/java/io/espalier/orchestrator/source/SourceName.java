package io.espalier.orchestrator.source;

/** What a source is called in URLs, pages and {@code fleet.yaml}, such as {@code templates}. */
public record SourceName(String value) implements Comparable<SourceName> {

    public SourceName {
        if (!value.matches("[a-z0-9][a-z0-9-]{0,63}")) {
            throw new IllegalArgumentException("source: " + value + " (expected: [a-z0-9-], 1 to 64 characters)");
        }
    }

    @Override
    public int compareTo(SourceName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

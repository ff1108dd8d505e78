package io.espalier.orchestrator.rollout;

/** The number of a rollout, from 1. */
public record RolloutId(long value) implements Comparable<RolloutId> {

    public static RolloutId parse(String text) {
        try {
            return new RolloutId(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("rollout: " + text + " (expected: a number)", e);
        }
    }

    @Override
    public int compareTo(RolloutId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}

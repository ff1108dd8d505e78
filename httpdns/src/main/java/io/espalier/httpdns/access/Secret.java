package io.espalier.httpdns.access;

/** A key that never shows itself in messages, logs or explanations. */
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "*****";
    }
}

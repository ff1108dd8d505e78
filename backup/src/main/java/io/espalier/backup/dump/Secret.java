package io.espalier.backup.dump;

/** A password or the like; never part of a message. */
public record Secret(String reveal) {
    public Secret {
        if (reveal.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("secret: holds a control character");
        }
    }

    @Override
    public String toString() {
        return "*****";
    }
}

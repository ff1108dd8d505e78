package io.espalier.orchestrator.source;

/**
 * One line about a pushed revision, for who pushed it.
 *
 * @param text {@code file:line:column what is wrong (the nearest fix)}
 * @param refuses whether the push is refused for it; otherwise it is a warning
 */
public record Finding(String text, boolean refuses) {

    public static Finding error(String text) {
        return new Finding(text, true);
    }

    public static Finding warning(String text) {
        return new Finding(text, false);
    }
}

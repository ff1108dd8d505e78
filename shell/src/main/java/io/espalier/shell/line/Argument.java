package io.espalier.shell.line;

/** A word that stands by its place. Those that may be absent come last. */
public record Argument(String placeholder, String about, Values values, Occurs occurs) {

    /** How many words it takes. */
    public enum Occurs {
        ONCE,
        OPTIONAL,
        ANY
    }

    public static Argument one(String placeholder, String about, Values values) {
        return new Argument(placeholder, about, values, Occurs.ONCE);
    }

    public Argument optional() {
        return new Argument(placeholder, about, values, Occurs.OPTIONAL);
    }

    public Argument any() {
        return new Argument(placeholder, about, values, Occurs.ANY);
    }

    String shape() {
        return switch (occurs) {
            case ONCE -> placeholder;
            case OPTIONAL -> "[" + placeholder + "]";
            case ANY -> "[" + placeholder + " ...]";
        };
    }
}

package io.espalier.orchestrator.fleet;

import java.util.List;

/** A parsed YAML value that knows where it stands. Immutable; an alias is the value it stands for. */
sealed interface Yaml {

    Place at();

    /** For messages: {@code a list}. */
    String described();

    /**
     * @param text as written, without quotes
     * @param quoted or in a block: it is text whatever it looks like
     */
    record Scalar(Place at, String text, Kind kind, boolean quoted) implements Yaml {

        enum Kind {
            TEXT,
            INTEGER,
            DECIMAL,
            FLAG,
            NOTHING
        }

        @Override
        public String described() {
            return switch (kind) {
                case TEXT -> "text";
                case INTEGER, DECIMAL -> "the number " + text;
                case FLAG -> "'" + text + "'";
                case NOTHING -> "nothing";
            };
        }
    }

    record Items(Place at, List<Yaml> items) implements Yaml {
        public Items {
            items = List.copyOf(items);
        }

        @Override
        public String described() {
            return "a list";
        }
    }

    /** In the order in which they were written; no key twice. */
    record Entries(Place at, List<Entry> entries) implements Yaml {
        public Entries {
            entries = List.copyOf(entries);
        }

        @Override
        public String described() {
            return "a map";
        }
    }

    /** A key, where it stands, and its value. */
    record Entry(String key, Place at, Yaml value) {}
}

package io.espalier.orchestrator.plan;

import java.util.Optional;

/**
 * A change as people see it.
 *
 * @param action what happens to the path
 * @param diff unified, at most {@link Diffs#MAX_LINES} lines; empty where there is none to show, for which {@code note}
 *     speaks
 * @param note such as {@code (binary)}, {@code (secret changed)} or {@code 0644 to 0600}; empty where the diff says all
 */
public record ShownChange(Action action, String path, String unit, Optional<String> diff, String note) {

    /** What happens to a path. */
    public enum Action {
        CREATE("+"),
        UPDATE("~"),
        ATTRIBUTES("±"),
        REMOVE("-");

        private final String sign;

        Action(String sign) {
            this.sign = sign;
        }

        /** One character, for lists. */
        public String sign() {
            return sign;
        }

        /** As written in JSON and on pages. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}

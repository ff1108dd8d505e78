package io.espalier.shell.line;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an option's value or an argument may be. */
public sealed interface Values {
    record Any() implements Values {}

    record Choice(List<String> words) implements Values {
        public Choice {
            words = List.copyOf(words);
        }
    }

    /** A whole number; both ends inclusive. */
    record Whole(long least, long most) implements Values {}

    record Known(Noun noun) implements Values {}

    /** What is wrong with {@code word}, or null. */
    default @Nullable String objection(String word) {
        return switch (this) {
            case Any _ -> word.isEmpty() ? "is empty" : null;
            case Known(var noun) when noun == Noun.ROLLOUT -> new Whole(1, Long.MAX_VALUE).objection(word);
            case Known _ -> word.isEmpty() ? "is empty" : null;
            case Choice(var words) when words.contains(word) -> null;
            case Choice(var words) -> "'" + word + "' is not one of " + String.join(", ", words);
            case Whole(var least, var most) -> {
                try {
                    long number = Long.parseLong(word);
                    yield number >= least && number <= most
                            ? null
                            : "'" + word + "' is not within " + least + " and " + most;
                } catch (NumberFormatException _) {
                    yield "'" + word + "' is not a number";
                }
            }
        };
    }
}

package io.espalier.shell.command;

import io.espalier.shell.view.Page;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The result of a command.
 *
 * @param value for JSON and YAML
 * @param view draws it for people
 * @param failed whether the thing asked for failed, though the command itself went well
 */
public record Answer(@Nullable Object value, Consumer<Page> view, boolean failed) {
    static Answer of(@Nullable Object value, Consumer<Page> view) {
        return new Answer(value, view, false);
    }

    /** In place of a value: all of it was printed as it came. */
    enum Shown {
        ALREADY
    }

    static Answer shown() {
        return new Answer(Shown.ALREADY, _ -> {}, false);
    }

    /** Nothing to show; what there was to say has been said. */
    static Answer nothing() {
        return new Answer(null, _ -> {}, false);
    }
}

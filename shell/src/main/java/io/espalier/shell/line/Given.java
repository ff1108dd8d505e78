package io.espalier.shell.line;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands behind a command: values by the option's name (a flag has none), and the arguments in order. */
public record Given(Map<String, List<String>> options, List<String> arguments) {
    public Given {
        options = Map.copyOf(options);
        arguments = List.copyOf(arguments);
    }

    public boolean has(Option option) {
        return options.containsKey(option.name());
    }

    public @Nullable String value(Option option) {
        List<String> values = values(option);
        return values.isEmpty() ? null : values.getFirst();
    }

    public List<String> values(Option option) {
        return options.getOrDefault(option.name(), List.of());
    }

    /** An argument that the parser has made sure of. */
    public String argument(int index) {
        return arguments.get(index);
    }
}

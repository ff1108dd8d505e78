package io.espalier.shell.line;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one command is written.
 *
 * @param path its words, such as {@code source sync}
 * @param about one line, without a full stop
 * @param examples whole command lines, without the program's name; the first is the plainest
 */
public record Syntax(
        List<String> path, String about, List<Argument> arguments, List<Option> options, List<String> examples) {
    /** Understood by the parser itself: {@code help rollout pause} is {@code rollout pause --help}. */
    public static final Syntax HELP = of("help", "show all commands, or one of them")
            .arguments(Argument.one("COMMAND", "its name", new Values.Any()).any())
            .examples("help", "help rollout pause");

    public Syntax {
        path = List.copyOf(path);
        arguments = List.copyOf(arguments);
        options = List.copyOf(options);
        examples = List.copyOf(examples);
        if (path.isEmpty() || examples.isEmpty()) {
            throw new IllegalArgumentException("syntax: " + path + " (expected: a name and an example)");
        }
    }

    public static Syntax of(String name, String about) {
        return new Syntax(List.of(name.split(" ")), about, List.of(), List.of(), List.of(name));
    }

    public Syntax arguments(Argument... newArguments) {
        return new Syntax(path, about, List.of(newArguments), options, examples);
    }

    public Syntax options(Option... newOptions) {
        return new Syntax(path, about, arguments, List.of(newOptions), examples);
    }

    public Syntax examples(String... newExamples) {
        return new Syntax(path, about, arguments, options, List.of(newExamples));
    }

    public String name() {
        return String.join(" ", path);
    }

    /** The option by name, own or global. */
    @Nullable
    Option option(String name) {
        for (Option option : options) {
            if (option.name().equals(name)) {
                return option;
            }
        }
        for (Option option : Option.GLOBAL) {
            if (option.name().equals(name)) {
                return option;
            }
        }
        return null;
    }

    /** Which argument the word at {@code index} is, or null if there are too many. */
    @Nullable
    Argument argument(int index) {
        if (index < arguments.size()) {
            return arguments.get(index);
        }
        boolean endless = !arguments.isEmpty() && arguments.getLast().occurs() == Argument.Occurs.ANY;
        return endless ? arguments.getLast() : null;
    }
}

package io.espalier.shell.line;

import java.util.ArrayList;
import java.util.List;

/** The pages that {@code --help} shows. */
public final class Help {
    private final List<Syntax> commands;

    public Help(List<Syntax> commands) {
        this.commands = List.copyOf(commands);
    }

    /** @param path of a command or the beginning of several; empty for all */
    public String text(List<String> path) {
        var matching = new ArrayList<Syntax>();
        for (Syntax command : commands) {
            if (command.path().equals(path)) {
                matching.addFirst(command);
            } else if (command.path().size() > path.size()
                    && command.path().subList(0, path.size()).equals(path)) {
                matching.add(command);
            }
        }
        boolean isCommand = !matching.isEmpty() && matching.getFirst().path().equals(path);
        return isCommand ? page(matching) : overview(matching);
    }

    private static String page(List<Syntax> matching) {
        Syntax command = matching.getFirst();
        var text = new StringBuilder();
        text.append(command.about())
                .append("\n\nusage: espalier ")
                .append(shape(command))
                .append('\n');
        if (!command.arguments().isEmpty()) {
            text.append('\n');
            command.arguments().forEach(argument -> row(text, argument.placeholder(), argument.about()));
        }
        if (!command.options().isEmpty()) {
            text.append("\nOptions\n");
            command.options().forEach(option -> row(text, shape(option), option.about()));
        }
        text.append("\nOptions of every command\n");
        Option.GLOBAL.forEach(option -> row(text, shape(option), option.about()));
        text.append(command.examples().size() == 1 ? "\nExample\n" : "\nExamples\n");
        command.examples()
                .forEach(example -> text.append("  espalier ").append(example).append('\n'));
        if (matching.size() > 1) {
            text.append("\nSee also\n");
            matching.subList(1, matching.size()).forEach(more -> row(text, more.name(), more.about()));
        }
        return text.toString();
    }

    private static String overview(List<Syntax> matching) {
        var text = new StringBuilder("usage: espalier COMMAND [options]\n\nCommands\n");
        matching.forEach(command -> row(text, usage(command), command.about()));
        text.append("\nOptions of every command\n");
        Option.GLOBAL.forEach(option -> row(text, shape(option), option.about()));
        text.append("\nespalier COMMAND --help tells more about one of them.\n");
        return text.toString();
    }

    private static String usage(Syntax command) {
        var text = new StringBuilder(command.name());
        command.arguments().forEach(argument -> text.append(' ').append(argument.shape()));
        return text.toString();
    }

    private static String shape(Syntax command) {
        var text = new StringBuilder(usage(command));
        for (Option option : command.options()) {
            text.append(" [--").append(option.name());
            if (!option.isFlag()) {
                text.append(' ').append(option.placeholder());
            }
            text.append(option.repeats() ? " ...]" : "]");
        }
        return text.toString();
    }

    private static String shape(Option option) {
        String name = (option.letter() == 0 ? "" : "-" + option.letter() + ", ") + "--" + option.name();
        return option.isFlag() ? name : name + " " + option.placeholder();
    }

    private static void row(StringBuilder text, String left, String right) {
        text.append("  ").append(left);
        if (left.length() > 25) {
            text.append('\n').repeat(' ', 29);
        } else {
            text.repeat(' ', 27 - left.length());
        }
        text.append(right).append('\n');
    }
}

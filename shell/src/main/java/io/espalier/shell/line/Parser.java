package io.espalier.shell.line;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns words into a command.
 *
 * <p>Options stand anywhere, {@code --name value} or {@code --name=value}; {@code --} ends them. Whether an option takes a
 * value depends on its name only, never on the command, so that the words of the command are found first. A flag never
 * takes the next word. A value that begins with a dash needs the {@code =} form, which catches a forgotten value.
 */
public final class Parser {
    private final List<Syntax> commands;
    private final Map<String, Option> byName = new LinkedHashMap<>();
    private final Map<Character, Option> byLetter = new LinkedHashMap<>();

    public Parser(List<Syntax> commands) {
        this.commands = List.copyOf(commands);
        Option.GLOBAL.forEach(this::learn);
        commands.forEach(command -> command.options().forEach(this::learn));
    }

    private void learn(Option option) {
        Option known = byName.putIfAbsent(option.name(), option);
        if (known != null && known.isFlag() != option.isFlag()) {
            throw new IllegalArgumentException("option --" + option.name() + " is a flag in one command only");
        }
        if (option.letter() != 0) {
            byLetter.put(option.letter(), option);
        }
    }

    public List<Syntax> commands() {
        return commands;
    }

    public Line parse(List<String> words) {
        var split = split(words);
        if (!split.plain.isEmpty() && split.plain.getFirst().equals(Syntax.HELP.name())) {
            return helpFor(split.plain.subList(1, split.plain.size()));
        }
        var found = find(split.plain);
        List<String> path = found == null ? List.of() : found.path();
        if (split.help) {
            return helpFor(split.plain);
        }
        if (found == null) {
            if (split.plain.isEmpty()) {
                return split.wrong != null
                        ? new Line.Wrong(split.wrong, split.suggestion, List.of())
                        : new Line.Nothing(new Given(split.options, List.of()));
            }
            return unknownCommand(split.plain);
        }
        if (split.wrong != null) {
            return new Line.Wrong(split.wrong, suggestOption(found, split), path);
        }
        for (var entry : split.options.entrySet()) {
            Option option = found.option(entry.getKey());
            if (option == null) {
                String message = "'" + found.name() + "' has no option --" + entry.getKey();
                return new Line.Wrong(message, nearestOption(found, entry.getKey()), path);
            } else if (option.repeats()) {
                entry.setValue(byCommas(entry.getValue()));
            } else if (entry.getValue().size() > 1) {
                return new Line.Wrong("--" + option.name() + " is given twice", null, path);
            }
        }
        var arguments = split.plain.subList(path.size(), split.plain.size());
        return checkValues(found, new Given(split.options, arguments));
    }

    private static List<String> byCommas(List<String> values) {
        var all = new ArrayList<String>();
        values.forEach(value -> all.addAll(List.of(value.split(",", -1))));
        return all;
    }

    /** What was given before the command is known to allow it. */
    private static final class Split {
        final List<String> plain = new ArrayList<>();
        final Map<String, List<String>> options = new LinkedHashMap<>();
        boolean help;

        @Nullable
        String wrong;

        @Nullable
        String suggestion;

        @Nullable
        String unknown;

        void complain(String message) {
            if (wrong == null) {
                wrong = message;
            }
        }
    }

    private Split split(List<String> words) {
        var split = new Split();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--")) {
                split.plain.addAll(words.subList(i + 1, words.size()));
                break;
            }
            if (!word.startsWith("-") || word.equals("-")) {
                split.plain.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            String shown = equals < 0 ? word : word.substring(0, equals);
            Option option = lookUp(shown);
            if (option == null) {
                split.complain("there is no option " + shown);
                split.unknown = split.unknown == null ? shown : split.unknown;
                continue;
            }
            String value = equals < 0 ? null : word.substring(equals + 1);
            if (!option.isFlag() && value == null) {
                String next = i + 1 < words.size() ? words.get(i + 1) : null;
                if (next == null || (next.startsWith("-") && next.length() > 1)) {
                    split.complain(shown + " needs a value: " + shown + " " + option.placeholder());
                    continue;
                }
                value = next;
                i++;
            }
            accept(split, option, shown, value);
        }
        return split;
    }

    /** The words that are neither options nor their values. */
    List<String> plain(List<String> words) {
        return split(words).plain;
    }

    private @Nullable Option lookUp(String shown) {
        if (shown.startsWith("--")) {
            return byName.get(shown.substring(2));
        }
        return shown.length() == 2 ? byLetter.get(shown.charAt(1)) : null;
    }

    private static void accept(Split split, Option option, String shown, @Nullable String value) {
        if (option.isFlag()) {
            if (value != null && !value.equals("true") && !value.equals("false")) {
                split.complain(shown + " takes no value, but was given '" + value + "'");
            } else if (!"false".equals(value)) {
                split.options.put(option.name(), new ArrayList<>());
                split.help |= option.equals(Option.HELP);
            }
            return;
        }
        String given = value == null ? "" : value;
        split.options.computeIfAbsent(option.name(), _ -> new ArrayList<>()).add(given);
    }

    /** The command with the most words that {@code plain} begins with. */
    @Nullable
    Syntax find(List<String> plain) {
        Syntax found = null;
        for (Syntax command : commands) {
            int length = command.path().size();
            boolean fits = plain.size() >= length && plain.subList(0, length).equals(command.path());
            if (fits && (found == null || length > found.path().size())) {
                found = command;
            }
        }
        return found;
    }

    private Line helpFor(List<String> plain) {
        for (int length = plain.size(); length > 0; length--) {
            var path = List.copyOf(plain.subList(0, length));
            if (commands.stream().anyMatch(command -> startsWith(command.path(), path))) {
                return new Line.Help(path);
            }
        }
        return plain.isEmpty() ? new Line.Help(List.of()) : unknownCommand(plain);
    }

    private Line unknownCommand(List<String> plain) {
        String first = plain.getFirst();
        var nextWords = wordsAfter(List.of(first));
        if (!nextWords.isEmpty()) {
            if (plain.size() == 1) {
                return new Line.Wrong(
                        "'" + first + "' needs one more word: " + String.join(", ", nextWords), null, List.of(first));
            }
            String second = plain.get(1);
            return new Line.Wrong(
                    "there is no command '" + first + " " + second + "'",
                    Nearest.of(second, nextWords)
                            .map(word -> first + " " + word)
                            .orElse(null),
                    List.of(first));
        }
        Optional<String> nearest = Nearest.of(first, wordsAfter(List.of()));
        return new Line.Wrong("there is no command '" + first + "'", nearest.orElse(null), List.of());
    }

    /** The words that can follow {@code path} in the name of a command. */
    Set<String> wordsAfter(List<String> path) {
        var words = new TreeSet<String>();
        for (Syntax command : commands) {
            if (command.path().size() > path.size() && startsWith(command.path(), path)) {
                words.add(command.path().get(path.size()));
            }
        }
        return words;
    }

    private static boolean startsWith(List<String> path, List<String> start) {
        return path.size() >= start.size() && path.subList(0, start.size()).equals(start);
    }

    private static @Nullable String suggestOption(Syntax found, Split split) {
        return split.unknown == null ? split.suggestion : nearestOption(found, split.unknown.replaceFirst("^-+", ""));
    }

    private static @Nullable String nearestOption(Syntax found, String name) {
        var names = new ArrayList<String>();
        found.options().forEach(option -> names.add(option.name()));
        Option.GLOBAL.forEach(option -> names.add(option.name()));
        return Nearest.of(name, names).map(near -> "--" + near).orElse(null);
    }

    private Line checkValues(Syntax command, Given given) {
        for (var entry : given.options().entrySet()) {
            Option option = command.option(entry.getKey());
            for (String value : entry.getValue()) {
                String objection = option == null ? null : option.values().objection(value);
                if (objection != null) {
                    return new Line.Wrong("--" + entry.getKey() + ": " + objection, null, command.path());
                }
            }
        }
        var arguments = given.arguments();
        for (int i = 0; i < arguments.size(); i++) {
            Argument argument = command.argument(i);
            if (argument == null) {
                return wrongArgument(
                        command, arguments, "'" + command.name() + "' does not take '" + arguments.get(i) + "'");
            }
            String objection = argument.values().objection(arguments.get(i));
            if (objection != null) {
                return wrongArgument(command, arguments, argument.placeholder() + ": " + objection);
            }
        }
        for (int i = arguments.size(); i < command.arguments().size(); i++) {
            Argument argument = command.arguments().get(i);
            if (argument.occurs() == Argument.Occurs.ONCE) {
                return new Line.Wrong(
                        "'" + command.name() + "' needs " + argument.placeholder() + ", " + argument.about(),
                        null,
                        command.path());
            }
        }
        return new Line.Run(command, given);
    }

    /** {@code rollout puase 12} is a mistyped sub-command rather than a wrong number. */
    private Line wrongArgument(Syntax command, List<String> arguments, String message) {
        String suggestion = Nearest.of(arguments.getFirst(), wordsAfter(command.path()))
                .map(word -> command.name() + " " + word)
                .orElse(null);
        return new Line.Wrong(message, suggestion, command.path());
    }
}

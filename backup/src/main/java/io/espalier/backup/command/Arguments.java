package io.espalier.backup.command;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The words behind a command: {@code --name value}, {@code --name=value}, {@code --flag}, and plain ones. */
final class Arguments {

    private final Map<String, List<String>> options;
    private final List<String> plain;

    private Arguments(Map<String, List<String>> options, List<String> plain) {
        this.options = options;
        this.plain = plain;
    }

    /** @throws UsageException for an option that is not among them, or lacks its value */
    static Arguments parse(List<String> words, Set<String> withValue, Set<String> flags) throws UsageException {
        Map<String, List<String>> options = new HashMap<>();
        var plain = new ArrayList<String>();
        boolean onlyPlain = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (onlyPlain || !word.startsWith("--")) {
                plain.add(word);
                continue;
            }
            if (word.equals("--")) {
                onlyPlain = true;
                continue;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word.substring(2) : word.substring(2, equals);
            String value;
            if (flags.contains(name) && equals < 0) {
                value = "";
            } else if (!withValue.contains(name)) {
                throw new UsageException("there is no option " + word);
            } else if (equals >= 0) {
                value = word.substring(equals + 1);
            } else if (++i < words.size()) {
                value = words.get(i);
            } else {
                throw new UsageException("--" + name + " needs a value");
            }
            options.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
        }
        return new Arguments(options, plain);
    }

    List<String> plain() {
        return plain;
    }

    boolean has(String name) {
        return options.containsKey(name);
    }

    List<String> all(String name) {
        return options.getOrDefault(name, List.of());
    }

    /** @throws UsageException if it is given twice */
    Optional<String> one(String name) throws UsageException {
        List<String> values = all(name);
        if (values.size() > 1) {
            throw new UsageException("--" + name + " is given " + values.size() + " times");
        }
        return values.stream().findFirst();
    }

    /** @param variable of the environment that stands in for it */
    String needed(String name, String variable, Map<String, String> environment) throws UsageException {
        Optional<String> value = one(name).or(() -> Optional.ofNullable(environment.get(variable)));
        return value.orElseThrow(
                () -> new UsageException("--" + name + " is needed (or " + variable + " in the environment)"));
    }

    int number(String name, int otherwise, int most) throws UsageException {
        Optional<String> value = one(name);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value.get());
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException("--" + name + ": \"" + value.get() + "\" (expected: a number from 0 to " + most + ")");
    }

    /** Such as {@code 36h}, {@code 14d} or {@code PT36H}. */
    Duration duration(String name, Duration otherwise) throws UsageException {
        Optional<String> value = one(name);
        if (value.isEmpty()) {
            return otherwise;
        }
        String text = value.get();
        try {
            if (text.matches("[0-9]{1,6}d")) {
                return Duration.ofDays(Long.parseLong(text.substring(0, text.length() - 1)));
            }
            return Duration.parse(text.startsWith("P") ? text : "PT" + text);
        } catch (DateTimeParseException e) {
            throw new UsageException("--" + name + ": \"" + text + "\" (expected: such as 36h or 14d)");
        }
    }
}

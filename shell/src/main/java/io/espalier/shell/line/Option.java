package io.espalier.shell.line;

import java.util.List;

/**
 * @param name without the dashes; a name means the same wherever it is offered
 * @param letter of the short form, or 0
 * @param placeholder of the value in help; empty for a flag, which takes none
 * @param repeats may be given more than once, or as one list with commas
 */
public record Option(String name, char letter, String placeholder, String about, Values values, boolean repeats) {
    public static final Option HELP = flag("help", "show this help").letter('h');
    public static final Option OUTPUT = choice("output", "table, json or yaml", List.of("table", "json", "yaml"))
            .letter('o');
    public static final Option URL = value("url", "URL", "the orchestrator; else ESPALIER_URL, else what login stored");
    public static final Option TOKEN =
            value("token", "TOKEN", "for it; else ESPALIER_TOKEN (other users see a process's arguments)");
    public static final Option NO_COLOR = flag("no-color", "no colours; so does NO_COLOR=1");
    public static final Option VERBOSE =
            flag("verbose", "tell details of failures").letter('v');

    /** What every command has. */
    public static final List<Option> GLOBAL = List.of(OUTPUT, URL, TOKEN, NO_COLOR, VERBOSE, HELP);

    public static Option flag(String name, String about) {
        return new Option(name, (char) 0, "", about, new Values.Any(), false);
    }

    public static Option value(String name, String placeholder, String about) {
        return new Option(name, (char) 0, placeholder, about, new Values.Any(), false);
    }

    public static Option choice(String name, String about, List<String> words) {
        return new Option(
                name, (char) 0, name.toUpperCase(java.util.Locale.ROOT), about, new Values.Choice(words), false);
    }

    public Option letter(char newLetter) {
        return new Option(name, newLetter, placeholder, about, values, repeats);
    }

    public Option of(Values newValues) {
        return new Option(name, letter, placeholder, about, newValues, repeats);
    }

    public Option many() {
        return new Option(name, letter, placeholder, about, values, true);
    }

    public boolean isFlag() {
        return placeholder.isEmpty();
    }
}

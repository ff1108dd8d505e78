package io.espalier.orchestrator.ssh;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * SSH carries a command as one string that the login shell of the other side takes apart (RFC 4254, 6.5). This is the one
 * place where argument lists become such strings.
 */
final class ShellWords {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,-]+");

    private ShellWords() {}

    /** A string that every POSIX shell takes apart into just these arguments. */
    static String join(List<String> arguments) {
        return arguments.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
    }

    private static String quote(String argument) {
        if (argument.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("argument: has a NUL (expected: text)");
        }
        // within single quotes only the quote itself means anything
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}

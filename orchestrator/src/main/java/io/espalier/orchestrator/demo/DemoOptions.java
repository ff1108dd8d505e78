package io.espalier.orchestrator.demo;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What was asked for on the command line.
 *
 * @param port of the web UI, if one was asked for; then every other port is a free one, and this one must be
 * @param dir holds all state
 * @param hosts how many
 */
record DemoOptions(Optional<Integer> port, Path dir, int hosts) {

    static final int DEFAULT_PORT = 8080;
    static final int MAX_HOSTS = 50;
    private static final int DEFAULT_HOSTS = 3;

    static final String USAGE = """
            usage: espalier demo [--port 8080] [--dir DIR] [--hosts 3]

            Starts an orchestrator with its own git server and demo hosts on this machine, each a real agent behind a
            real SSH server, and prints the URL, the login and what to try. Needs no root rights; all state is below DIR.
            Ctrl-C stops all of it, and a second start in the same DIR carries on where it was.

              --port N    of the web UI (default: 8080, or a free one if that is taken)
              --dir DIR   (default: ~/.espalier-demo)
              --hosts N   1 to 50 (default: 3, or as many as DIR has)
            """;

    /** Wrong use; the message says of what. */
    static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    static DemoOptions parse(List<String> arguments, Path home) {
        Optional<Integer> port = Optional.empty();
        Path dir = home.resolve(".espalier-demo");
        int hosts = DEFAULT_HOSTS;
        Deque<String> rest = new ArrayDeque<>(arguments);
        while (!rest.isEmpty()) {
            String argument = rest.pop();
            int equals = argument.indexOf('=');
            if (argument.startsWith("--") && equals > 0) {
                rest.push(argument.substring(equals + 1));
                argument = argument.substring(0, equals);
            }
            switch (argument) {
                case "--port" -> port = Optional.of(number(argument, rest, 1, 65_535));
                case "--dir" -> dir = Path.of(value(argument, rest));
                case "--hosts" -> hosts = number(argument, rest, 1, MAX_HOSTS);
                default ->
                    throw new UsageException("unknown option '" + argument + "' (expected: --port, --dir or --hosts)");
            }
        }
        return new DemoOptions(port, dir.toAbsolutePath().normalize(), hosts);
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return rest.pop();
    }

    private static int number(String option, Deque<String> rest, int least, int most) {
        String text = value(option, rest);
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new UsageException(option + ": " + text + " (expected: " + least + " to " + most + ")");
    }
}

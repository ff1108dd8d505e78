package io.espalier.shell;

import io.espalier.shell.command.Shell;
import io.espalier.shell.console.Console;
import io.espalier.shell.console.SystemConsole;
import io.espalier.shell.interactive.InteractiveShell;
import io.espalier.shell.line.Given;
import io.espalier.shell.line.Line;
import io.espalier.shell.line.Option;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code espalier shell} and {@code espalier COMMAND ...}. */
public final class ShellApplication {
    private ShellApplication() {}

    public static void main(String[] args) throws IOException {
        var env = System.getenv();
        if (args.length == 1 && args[0].equals(Training.OPTION)) {
            System.exit(Training.run(home()));
        }
        System.exit(run(args, SystemConsole.of(env), env));
    }

    /**
     * Runs one command, or an interactive shell if there is none.
     *
     * @return the exit status: 0 fine, 1 the thing failed, 2 wrong usage
     */
    public static int run(String[] args, Console console, Map<String, String> env) {
        var words = List.of(args);
        var home = home();
        var shell = shell(env, home);
        if (!(shell.parser().parse(words) instanceof Line.Nothing(var given))) {
            return shell.run(words, console);
        }
        var session = shell(with(env, given), home);
        boolean person = SystemConsole.isTerminal(0) && SystemConsole.isTerminal(1);
        return InteractiveShell.run(session, console, person, env, home);
    }

    private static Path home() {
        return Path.of(System.getProperty("user.home"));
    }

    private static Shell shell(Map<String, String> env, Path home) {
        var folder = Path.of("").toAbsolutePath();
        return new Shell(env, home, folder, Clock.systemUTC(), ZoneId.systemDefault());
    }

    /** What was given to the shell as a whole holds for its commands. */
    private static Map<String, String> with(Map<String, String> env, Given given) {
        var more = new HashMap<>(env);
        String url = given.value(Option.URL);
        String token = given.value(Option.TOKEN);
        if (url != null) {
            more.put("ESPALIER_URL", url);
        }
        if (token != null) {
            more.put("ESPALIER_TOKEN", token);
        }
        return Map.copyOf(more);
    }
}

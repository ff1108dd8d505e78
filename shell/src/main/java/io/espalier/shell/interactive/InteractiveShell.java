package io.espalier.shell.interactive;

import io.espalier.shell.command.Shell;
import io.espalier.shell.console.Console;
import io.espalier.shell.line.Words;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A conversation at a terminal, or a list of commands from a pipe. */
public final class InteractiveShell {
    private static final Duration GREETING_LIMIT = Duration.ofSeconds(1);
    private static final int MOST_LINE = 64 * 1024;
    /** JLine logs its attempts to find a terminal; this keeps the logger from being collected. */
    private static final Logger JLINE = Logger.getLogger("org.jline");

    private InteractiveShell() {}

    /** @param person whether standard input and output are a terminal */
    public static int run(Shell shell, Console console, boolean person, Map<String, String> env, Path home) {
        try {
            return person ? converse(shell, env, home) : readCommands(shell, console);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int converse(Shell shell, Map<String, String> env, Path home) throws IOException {
        JLINE.setLevel(Level.SEVERE);
        try (Terminal terminal = TerminalBuilder.builder()
                .name("espalier")
                .system(true)
                .encoding(StandardCharsets.UTF_8)
                .build()) {
            return converse(shell, terminal, env, home);
        }
    }

    /** The same over a terminal that the caller made. */
    public static int converse(Shell shell, Terminal terminal, Map<String, String> env, Path home) {
        boolean colour = env.getOrDefault("NO_COLOR", "").isEmpty() && !Terminal.TYPE_DUMB.equals(terminal.getType());
        var session = new Session(shell, terminal, colour, History.file(env, home));
        var writer = terminal.writer();
        shell.headline(session.console(), GREETING_LIMIT).ifPresent(writer::print);
        writer.println("Type a command, or help. Tab completes, Ctrl-R searches, Ctrl-D leaves.");
        writer.flush();
        new Loop(session, SpringCommand.parser(shell.parser()), SpringCommand.registry(session, shell)).start();
        return Shell.FINE;
    }

    /** A command a line; blank lines and those with # are passed over. The first that fails ends it with its status. */
    static int readCommands(Shell shell, Console console) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String command = line.strip();
            if (command.isEmpty() || command.startsWith("#")) {
                continue;
            }
            if (command.equals("exit") || command.equals("quit")) {
                return Shell.FINE;
            }
            var words = Words.split(command);
            if (!words.complete() || command.length() > MOST_LINE) {
                console.say("espalier: a quote is not closed, or the line is too long");
                return Shell.USAGE;
            }
            int status = shell.run(words.words(), console);
            if (status != Shell.FINE) {
                return status;
            }
        }
        return Shell.FINE;
    }
}

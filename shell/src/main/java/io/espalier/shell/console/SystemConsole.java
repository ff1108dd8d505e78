package io.espalier.shell.console;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The process's own streams. */
public final class SystemConsole {
    private static final int USUAL_WIDTH = 80;

    private SystemConsole() {}

    public static Console of(Map<String, String> env) {
        var in = new FileInputStream(FileDescriptor.in);
        var err = new FileOutputStream(FileDescriptor.err);
        boolean person = isTerminal(0) && isTerminal(2);
        boolean plain = isSet(env, "NO_COLOR") || "dumb".equals(env.getOrDefault("TERM", "dumb"));
        int width = isTerminal(1) || isTerminal(2) ? width(env) : 0;
        return new Console(
                in,
                new FileOutputStream(FileDescriptor.out),
                err,
                person ? new Person(in, err) : Prompter.NOBODY,
                look(1, plain, width),
                look(2, plain, width));
    }

    private static Console.Look look(int stream, boolean plain, int width) {
        return isTerminal(stream) ? new Console.Look(!plain, width) : Console.Look.PLAIN;
    }

    private static boolean isSet(Map<String, String> env, String name) {
        return !env.getOrDefault(name, "").isEmpty();
    }

    /** Asks the kernel's name for the stream, which costs no native library and is right for each stream alone. */
    @SuppressWarnings("SystemConsoleNull") // and NullAway says that it can be null
    public static boolean isTerminal(int stream) {
        try {
            String name =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + stream)).toString();
            return name.startsWith("/dev/pts/") || name.startsWith("/dev/tty") || name.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException _) {
            var console = System.console();
            return console != null && console.isTerminal();
        }
    }

    /** The launcher exports COLUMNS; else the terminal is asked. */
    private static int width(Map<String, String> env) {
        int columns = number(env.getOrDefault("COLUMNS", ""));
        if (columns == 0) {
            String size = stty("size").strip();
            columns = number(size.substring(size.indexOf(' ') + 1));
        }
        return columns > 0 ? columns : USUAL_WIDTH;
    }

    private static int number(String text) {
        try {
            return Math.max(0, Math.min(10_000, Integer.parseInt(text)));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** Its output; empty if it did not work within a second. */
    private static String stty(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "stty";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            var process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/tty").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(1, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "";
            }
            return new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
        } catch (IOException _) {
            return "";
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** Someone at a terminal; questions go to standard error, so that results can be piped on. */
    private static final class Person implements Prompter {
        private final FileOutputStream err;
        private final BufferedReader lines;

        Person(FileInputStream in, FileOutputStream err) {
            this.err = err;
            this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        }

        @Override
        public Optional<String> ask(String question) {
            try {
                err.write(question.getBytes(StandardCharsets.UTF_8));
                return Optional.ofNullable(lines.readLine());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Optional<String> askSecret(String question) {
            String before = stty("-g").strip();
            if (before.isEmpty()) {
                return Optional.empty();
            }
            var restore = new Thread(() -> stty(before));
            Runtime.getRuntime().addShutdownHook(restore);
            stty("-echo");
            try {
                var answer = ask(question);
                err.write('\n');
                return answer;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                stty(before);
                Runtime.getRuntime().removeShutdownHook(restore);
            }
        }
    }
}

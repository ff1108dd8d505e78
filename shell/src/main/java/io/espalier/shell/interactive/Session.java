package io.espalier.shell.interactive;

import io.espalier.shell.command.Shell;
import io.espalier.shell.console.Console;
import io.espalier.shell.console.Prompter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;

/** One terminal: reads its lines and runs commands on it, each of which Ctrl-C can leave. */
final class Session {
    private final Shell shell;
    private final Terminal terminal;
    private final boolean colour;
    private final LineReader reader;
    private final LineReader answers;

    Session(Shell shell, Terminal terminal, boolean colour, Optional<Path> history) {
        this.shell = shell;
        this.terminal = terminal;
        this.colour = colour;
        var parser = new DefaultParser();
        parser.setEofOnUnclosedQuote(true);
        var builder = LineReaderBuilder.builder()
                .appName("espalier")
                .terminal(terminal)
                .parser(parser)
                .completer(new ShellCompleter(shell))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
                .option(LineReader.Option.AUTO_MENU, false)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "... ")
                .variable(LineReader.HISTORY_IGNORE, History.IGNORED)
                .variable(LineReader.HISTORY_SIZE, History.MOST_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, History.MOST_LINES);
        history.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        this.reader = builder.build();
        this.answers = LineReaderBuilder.builder()
                .terminal(terminal)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .variable(LineReader.DISABLE_HISTORY, true)
                .build();
    }

    Terminal terminal() {
        return terminal;
    }

    /** The next line; null at the end of the input. Ctrl-C empties the line. */
    @Nullable
    String readLine() {
        try {
            return reader.readLine(colour ? "\u001b[1;32mespalier>\u001b[0m " : "espalier> ");
        } catch (UserInterruptException _) {
            return "";
        } catch (EndOfFileException _) {
            return null;
        }
    }

    Console console() {
        return console(new Line(terminal.output()));
    }

    private Console console(Line line) {
        var nothing = InputStream.nullInputStream();
        var look = new Console.Look(colour, Math.max(20, terminal.getWidth()));
        return new Console(nothing, line, line, new Asker(), look, look);
    }

    /**
     * Runs it aside, so that Ctrl-C brings the prompt back at once, even while the command waits for an answer from the
     * network. A command so left writes no more.
     */
    void run(List<String> words) {
        var out = new Line(terminal.output());
        var over = new CountDownLatch(1);
        var worker = Thread.ofVirtual().name("command").unstarted(() -> {
            try {
                shell.run(words, console(out));
            } finally {
                over.countDown();
            }
        });
        var before = terminal.handle(Terminal.Signal.INT, _ -> {
            out.leave();
            worker.interrupt();
            over.countDown();
        });
        try {
            worker.start();
            over.await();
        } catch (InterruptedException _) {
            out.leave();
            worker.interrupt();
            Thread.currentThread().interrupt();
        } finally {
            terminal.handle(Terminal.Signal.INT, before);
        }
        if (out.isLeft()) {
            terminal.writer().println();
        }
        terminal.flush();
    }

    /** What one command writes, until it is left. */
    private static final class Line extends FilterOutputStream {
        private final AtomicBoolean left = new AtomicBoolean();

        Line(OutputStream out) {
            super(out);
        }

        void leave() {
            left.set(true);
        }

        boolean isLeft() {
            return left.get();
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (!left.get()) {
                out.write(bytes, from, length);
            }
        }

        @Override
        public void write(int b) throws IOException {
            if (!left.get()) {
                out.write(b);
            }
        }

        @Override
        public void close() {
            // the terminal stays
        }
    }

    private final class Asker implements Prompter {
        @Override
        public Optional<String> ask(String question) {
            return read(question, null);
        }

        @Override
        public Optional<String> askSecret(String question) {
            return read(question, (char) 0);
        }

        private Optional<String> read(String question, @Nullable Character mask) {
            try {
                return Optional.of(answers.readLine(question, mask));
            } catch (UserInterruptException | EndOfFileException _) {
                return Optional.of("");
            }
        }
    }
}

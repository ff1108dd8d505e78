package io.espalier.shell.interactive;

import java.io.PrintWriter;
import org.springframework.shell.core.InputReader;
import org.springframework.shell.core.InteractiveShellRunner;
import org.springframework.shell.core.command.CommandParser;
import org.springframework.shell.core.command.CommandRegistry;

/** Spring Shell's read-run loop on our terminal; {@code exit}, {@code quit} and Ctrl-D end it. */
final class Loop extends InteractiveShellRunner {
    private static final String[] NO_ARGUMENTS = {};

    private final Session session;

    Loop(Session session, CommandParser parser, CommandRegistry registry) {
        super(() -> next(session), parser, registry);
        this.session = session;
    }

    private static String next(Session session) {
        String line = session.readLine();
        return line == null ? "exit" : line.strip();
    }

    void start() {
        try {
            run(NO_ARGUMENTS);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the shell's loop ended", e);
        }
    }

    @Override
    public void print(String text) {
        session.terminal().writer().println(text);
    }

    @Override
    public void flush() {
        session.terminal().flush();
    }

    @Override
    public PrintWriter getWriter() {
        return session.terminal().writer();
    }

    /** Commands ask through their console. */
    @Override
    public InputReader getReader() {
        return new InputReader() {};
    }
}

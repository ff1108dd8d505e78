package io.espalier.shell;

import io.espalier.shell.command.Shell;
import io.espalier.shell.console.Console;
import io.espalier.shell.console.Prompter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What a command left behind: its exit status, its results and its messages. */
record Ran(int status, String out, String err) {

    /** With nobody at the terminal. */
    static Ran of(Shell shell, String... words) {
        return of(shell, Prompter.NOBODY, "", words);
    }

    static Ran of(Shell shell, Prompter prompter, String in, String... words) {
        return of(shell, prompter, in, Console.Look.PLAIN, words);
    }

    static Ran of(Shell shell, Prompter prompter, String in, Console.Look look, String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var input = new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8));
        int status = shell.run(List.of(words), new Console(input, out, err, prompter, look, look));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** A person who gives the same answer to everything. */
    static Prompter answering(String answer) {
        return new Prompter() {
            @Override
            public Optional<String> ask(String question) {
                return Optional.of(answer);
            }

            @Override
            public Optional<String> askSecret(String question) {
                return Optional.of(answer);
            }
        };
    }
}

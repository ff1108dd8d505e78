package io.espalier.orchestrator.fleet;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command as a POSIX shell would (XCU 2.2 Quoting, 2.3 Token Recognition) where it would change nothing else.
 * What a shell would act on is refused, since no shell will run: better a refusal than a program that gets {@code |} as
 * an argument.
 */
final class CommandLine {

    private static final String ACTIVE = "|&;<>()$`*?\n";
    private static final String ESCAPED_IN_QUOTES = "$`\"\\";

    private final String text;
    private final List<String> argv = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;

    private CommandLine(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException saying why {@code text} is no plain command */
    static List<String> split(String text) {
        var line = new CommandLine(text.strip());
        line.split();
        return List.copyOf(line.argv);
    }

    private void split() {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t') {
                endWord();
            } else if (c == '\'') {
                at = singleQuoted(at);
            } else if (c == '"') {
                at = doubleQuoted(at);
            } else if (c == '\\') {
                at = escaped(at);
            } else if (ACTIVE.indexOf(c) >= 0 || (!inWord && (c == '~' || c == '#'))) {
                throw new IllegalArgumentException(
                        "'" + (c == '\n' ? "line break" : String.valueOf(c)) + "' has no meaning without a shell");
            } else {
                add(c);
            }
        }
        endWord();
        if (argv.isEmpty() || argv.getFirst().isBlank()) {
            throw new IllegalArgumentException("there is no program to run");
        }
        if (argv.getFirst().contains("=")) {
            throw new IllegalArgumentException("'" + argv.getFirst() + "' has no meaning without a shell");
        }
    }

    private int singleQuoted(int start) {
        int end = text.indexOf('\'', start + 1);
        if (end < 0) {
            throw new IllegalArgumentException("a ' is not closed");
        }
        word.append(text, start + 1, end);
        inWord = true;
        return end;
    }

    private int doubleQuoted(int start) {
        inWord = true;
        for (int at = start + 1; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                return at;
            }
            if (c == '\\' && at + 1 < text.length() && ESCAPED_IN_QUOTES.indexOf(text.charAt(at + 1)) >= 0) {
                at++;
                word.append(text.charAt(at));
            } else if (c == '$' || c == '`') {
                throw new IllegalArgumentException("'" + c + "' has no meaning without a shell");
            } else {
                word.append(c);
            }
        }
        throw new IllegalArgumentException("a \" is not closed");
    }

    private int escaped(int at) {
        if (at + 1 == text.length()) {
            throw new IllegalArgumentException("a \\ stands at the end");
        }
        add(text.charAt(at + 1));
        return at + 1;
    }

    private void add(char c) {
        word.append(c);
        inWord = true;
    }

    private void endWord() {
        if (inWord) {
            argv.add(word.toString());
            word.setLength(0);
            inWord = false;
        }
    }
}

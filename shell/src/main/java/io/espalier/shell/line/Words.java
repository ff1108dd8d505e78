package io.espalier.shell.line;

import java.util.ArrayList;
import java.util.List;

/**
 * A typed line as words, in the manner of a POSIX shell: blanks part, single quotes keep everything, double quotes keep
 * all but {@code \"} and {@code \\}, a backslash keeps what follows. No variables, no globs, no comments.
 *
 * @param complete false if a quote is still open
 */
public record Words(List<String> words, boolean complete) {

    public static Words split(String line) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
                continue;
            }
            inWord = true;
            if (quote == '\'') {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '\\' && i + 1 < line.length()) {
                char next = line.charAt(i + 1);
                if (quote == '"' && next != '"' && next != '\\') {
                    word.append(c);
                } else {
                    word.append(next);
                    i++;
                }
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else {
                word.append(c);
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return new Words(List.copyOf(words), quote == 0);
    }
}

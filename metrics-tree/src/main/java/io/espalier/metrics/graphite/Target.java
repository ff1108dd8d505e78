package io.espalier.metrics.graphite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A target of {@code /render}: {@code alias(sumSeries(br.*.*), "all")}. */
sealed interface Target {
    /** As written. */
    String text();

    record Path(String text) implements Target {}

    record Number(String text, double value) implements Target {}

    record Text(String text, String value) implements Target {}

    record Flag(String text, boolean value) implements Target {}

    record Call(String text, String name, List<Target> arguments, Map<String, Target> named) implements Target {}

    static Target parse(String text) {
        var parser = new Parser(text);
        Target target = parser.target(0);
        parser.space();
        if (parser.at < text.length()) {
            throw parser.bad("more after its end");
        }
        return target;
    }

    /** One pass over a target. */
    final class Parser {
        private static final int MAX_LENGTH = 16_384;
        private static final int MAX_DEPTH = 32;

        private final String text;
        private int at;

        private Parser(String text) {
            this.text = text;
            if (text.length() > MAX_LENGTH) {
                throw new GraphiteException("a target of more than " + MAX_LENGTH + " characters");
            }
        }

        private GraphiteException bad(String what) {
            return new GraphiteException("'" + text + "': " + what + " at character " + (at + 1));
        }

        private void space() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private boolean takes(char c) {
            space();
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private Target target(int depth) {
            if (depth == MAX_DEPTH) {
                throw bad("more than " + MAX_DEPTH + " levels");
            }
            space();
            int start = at;
            if (at == text.length()) {
                throw bad("nothing");
            }
            char c = text.charAt(at);
            if (c == '"' || c == '\'') {
                return string(c);
            }
            String word = word();
            if (takes('(')) {
                return call(start, word, depth);
            }
            if (word.isEmpty()) {
                throw bad("no target");
            }
            if (word.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")) {
                return new Number(word, Double.parseDouble(word));
            }
            if (word.equalsIgnoreCase("true") || word.equalsIgnoreCase("false")) {
                return new Flag(word, word.equalsIgnoreCase("true"));
            }
            return new Path(word);
        }

        /** Up to what ends a path; commas within braces belong to it. */
        private String word() {
            int start = at;
            int braces = 0;
            while (at < text.length()) {
                char c = text.charAt(at);
                braces += c == '{' ? 1 : c == '}' ? -1 : 0;
                if ("()=\"'".indexOf(c) >= 0 || Character.isWhitespace(c) || c == ',' && braces <= 0) {
                    break;
                }
                at++;
            }
            return text.substring(start, at);
        }

        private Target string(char quote) {
            int start = at;
            at++;
            var value = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c == quote) {
                    return new Text(text.substring(start, at), value.toString());
                }
                if (c == '\\' && at < text.length() && (text.charAt(at) == quote || text.charAt(at) == '\\')) {
                    // Only these are escaped; "\1" stays for aliasSub.
                    c = text.charAt(at++);
                }
                value.append(c);
            }
            throw bad("a string without an end");
        }

        private Target call(int start, String name, int depth) {
            var arguments = new ArrayList<Target>();
            var named = new LinkedHashMap<String, Target>();
            if (!takes(')')) {
                do {
                    Target argument = target(depth + 1);
                    if (argument instanceof Path(String word) && takes('=')) {
                        named.put(word, target(depth + 1));
                    } else {
                        arguments.add(argument);
                    }
                } while (takes(','));
                if (!takes(')')) {
                    throw bad("no ')'");
                }
            }
            return new Call(text.substring(start, at), name, arguments, named);
        }
    }
}

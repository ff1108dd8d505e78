package io.espalier.metrics.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON as values, for small documents: answers of other services and our own settings. */
public sealed interface Json {
    record Obj(Map<String, Json> members) implements Json {}

    record Arr(List<Json> elements) implements Json {}

    record Str(String text) implements Json {}

    record Num(double value) implements Json {}

    record Bool(boolean value) implements Json {}

    record Null() implements Json {}

    /** The member of an object, if this is one and has it. */
    default Optional<Json> at(String name) {
        return this instanceof Obj(var members) ? Optional.ofNullable(members.get(name)) : Optional.empty();
    }

    /** Elements of an array; none of anything else. */
    default List<Json> list() {
        return this instanceof Arr(var elements) ? elements : List.of();
    }

    /** The text of a string member; empty if it has none. */
    default String text(String name) {
        return at(name).map(value -> value instanceof Str(String text) ? text : "")
                .orElse("");
    }

    /** @throws BadJsonException saying where */
    static Json parse(String text) throws BadJsonException {
        var parser = new Parser(text);
        Json value = parser.value(0);
        parser.space();
        if (parser.at < text.length()) {
            throw parser.bad("more after the end");
        }
        return value;
    }

    /** One pass over a text. */
    final class Parser {
        private static final int MAX_DEPTH = 64;

        private final String text;
        private int at;

        private Parser(String text) {
            this.text = text;
        }

        private BadJsonException bad(String what) {
            return new BadJsonException(what, at);
        }

        private void space() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private char peek() throws BadJsonException {
            space();
            if (at == text.length()) {
                throw bad("the end, where a value should be");
            }
            return text.charAt(at);
        }

        private boolean takes(char c) throws BadJsonException {
            if (peek() != c) {
                return false;
            }
            at++;
            return true;
        }

        private void need(char c) throws BadJsonException {
            if (!takes(c)) {
                throw bad("no '" + c + "'");
            }
        }

        private Json value(int depth) throws BadJsonException {
            if (depth == MAX_DEPTH) {
                throw bad("more than " + MAX_DEPTH + " levels");
            }
            return switch (peek()) {
                case '{' -> object(depth);
                case '[' -> array(depth);
                case '"' -> new Str(string());
                case 't' -> word("true", new Bool(true));
                case 'f' -> word("false", new Bool(false));
                case 'n' -> word("null", new Null());
                default -> number();
            };
        }

        private Json object(int depth) throws BadJsonException {
            need('{');
            var members = new LinkedHashMap<String, Json>();
            if (!takes('}')) {
                do {
                    peek();
                    String name = string();
                    need(':');
                    members.put(name, value(depth + 1));
                } while (takes(','));
                need('}');
            }
            return new Obj(members);
        }

        private Json array(int depth) throws BadJsonException {
            need('[');
            var elements = new ArrayList<Json>();
            if (!takes(']')) {
                do {
                    elements.add(value(depth + 1));
                } while (takes(','));
                need(']');
            }
            return new Arr(elements);
        }

        private Json word(String word, Json value) throws BadJsonException {
            if (!text.startsWith(word, at)) {
                throw bad("not a value");
            }
            at += word.length();
            return value;
        }

        private Json number() throws BadJsonException {
            int start = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            try {
                return new Num(Double.parseDouble(text.substring(start, at)));
            } catch (NumberFormatException e) {
                at = start;
                throw bad("not a value");
            }
        }

        private String string() throws BadJsonException {
            if (text.charAt(at) != '"') {
                throw bad("no string");
            }
            at++;
            var out = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return out.toString();
                }
                out.append(c == '\\' ? escape() : c);
            }
            throw bad("a string without an end");
        }

        private char escape() throws BadJsonException {
            if (at == text.length()) {
                throw bad("a string without an end");
            }
            char c = text.charAt(at++);
            return switch (c) {
                case 'n' -> '\n';
                case 't' -> '\t';
                case 'r' -> '\r';
                case 'b' -> '\b';
                case 'f' -> '\f';
                case '"', '\\', '/' -> c;
                case 'u' -> {
                    if (at + 4 > text.length() || !text.substring(at, at + 4).matches("[0-9a-fA-F]{4}")) {
                        throw bad("not four hexadecimal digits");
                    }
                    at += 4;
                    yield (char) Integer.parseInt(text, at - 4, at, 16);
                }
                default -> throw bad("no escape '\\" + c + "'");
            };
        }
    }
}

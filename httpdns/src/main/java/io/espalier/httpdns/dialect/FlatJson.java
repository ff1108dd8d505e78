package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads one JSON object whose values are strings, numbers or truth values: all that encrypted requests hold. */
final class FlatJson {
    private static final int MAX = 64;

    private final String in;
    private int at;

    private FlatJson(String in) {
        this.in = in;
    }

    /** @throws RefusedException with {@link Reason#BAD_CIPHERTEXT} if it is anything else */
    static Map<String, String> parse(String text) throws RefusedException {
        return new FlatJson(text).object();
    }

    private Map<String, String> object() throws RefusedException {
        var members = new LinkedHashMap<String, String>();
        skip();
        expect('{');
        skip();
        if (!take('}')) {
            do {
                skip();
                var name = string();
                skip();
                expect(':');
                skip();
                members.put(name, at < in.length() && in.charAt(at) == '"' ? string() : word());
                if (members.size() > MAX) {
                    throw bad();
                }
                skip();
            } while (take(','));
            expect('}');
        }
        skip();
        if (at < in.length()) {
            throw bad();
        }
        return members;
    }

    private String word() throws RefusedException {
        var from = at;
        while (at < in.length() && (Character.isLetterOrDigit(in.charAt(at)) || ".+-".indexOf(in.charAt(at)) >= 0)) {
            at++;
        }
        if (from == at) {
            throw bad();
        }
        return in.substring(from, at);
    }

    private String string() throws RefusedException {
        expect('"');
        var text = new StringBuilder();
        while (at < in.length()) {
            var c = in.charAt(at++);
            if (c == '"') {
                return text.toString();
            }
            text.append(c == '\\' ? escaped() : c);
        }
        throw bad();
    }

    private char escaped() throws RefusedException {
        var c = at < in.length() ? in.charAt(at++) : 0;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                if (at + 4 > in.length()
                        || !in.substring(at, at + 4).chars().allMatch(java.util.HexFormat::isHexDigit)) {
                    throw bad();
                }
                at += 4;
                yield (char) Integer.parseInt(in, at - 4, at, 16);
            }
            default -> throw bad();
        };
    }

    private void skip() {
        while (at < in.length() && " \t\r\n".indexOf(in.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean take(char c) {
        if (at < in.length() && in.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) throws RefusedException {
        if (!take(c)) {
            throw bad();
        }
    }

    private static RefusedException bad() {
        return new RefusedException(
                Reason.BAD_CIPHERTEXT, "not encrypted with this account's key, or not the expected JSON");
    }
}

package io.espalier.metrics.json;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads nested JSON into a batch: objects are branches, numbers are values, strings are markers, an array is
 * each of its elements in turn, {@code true} is 1 and {@code false} 0, {@code null} is nothing.
 * {@code "defaultaction": "average"} in an object holds for what stands in that object, before or after it.
 * Strict (RFC 8259), in one pass over the bytes, without recursion deeper than {@link #MAX_DEPTH}.
 */
@SuppressWarnings({"EnumOrdinal", "OperatorPrecedence"})
public final class TreeJson {
    public static final int MAX_DEPTH = 32;
    /** In bytes of UTF-8. */
    public static final int MAX_NAME = 1024;

    public static final int MAX_TEXT = 4096;
    private static final byte[] DEFAULT_ACTION = "defaultaction".getBytes(StandardCharsets.US_ASCII);
    private static final double[] POWERS = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    private byte[] in = {};
    private int at;
    private int end;
    private byte[] text = new byte[256];
    private int textLength;
    private Batch out = new Batch();
    private int[] top = new int[8];
    private int topCount;
    private int topAction;

    /**
     * Reads one object, or an array of objects, from {@code from} on.
     *
     * @return where it ends; only white space and commas were skipped before it
     * @throws BadJsonException with nothing of it left in {@code batch}
     */
    public int read(byte[] bytes, int from, int to, Batch batch) throws BadJsonException {
        in = bytes;
        at = from;
        end = to;
        out = batch;
        Batch.Mark mark = batch.mark();
        try {
            skip();
            if (at < end && in[at] == '[') {
                at++;
                list();
            } else {
                root();
            }
            return at;
        } catch (BadJsonException e) {
            batch.rewind(mark);
            throw e;
        }
    }

    /** The next byte that is not white space, or {@code to}. */
    public static int skipSpace(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) {
            i++;
        }
        return i;
    }

    private void list() throws BadJsonException {
        skip();
        if (at < end && in[at] == ']') {
            at++;
            return;
        }
        while (true) {
            root();
            skip();
            if (take(']')) {
                return;
            }
            expect(',');
            skip();
        }
    }

    private void root() throws BadJsonException {
        if (at >= end || in[at] != '{') {
            throw bad("expected an object");
        }
        topCount = 0;
        topAction = 0;
        object(0, -1);
        for (int i = 0; i < topCount && topAction != 0; i++) {
            out.action(top[i], Action.values()[topAction - 1]);
        }
    }

    private void object(int depth, int enter) throws BadJsonException {
        if (depth == MAX_DEPTH) {
            throw bad("more than " + MAX_DEPTH + " levels");
        }
        at++;
        skip();
        if (take('}')) {
            return;
        }
        while (true) {
            string(MAX_NAME, "a name");
            int nameLength = textLength;
            boolean isAction = nameLength == DEFAULT_ACTION.length
                    && Arrays.equals(text, 0, nameLength, DEFAULT_ACTION, 0, nameLength);
            if (isAction) {
                colon();
                action(depth, enter);
            } else {
                if (nameLength == 0) {
                    throw bad("an empty name");
                }
                int step = out.enter(text, 0, nameLength);
                if (depth == 0) {
                    if (topCount == top.length) {
                        top = Arrays.copyOf(top, topCount * 2);
                    }
                    top[topCount++] = step;
                }
                colon();
                value(depth, step);
                out.leave();
            }
            skip();
            if (take('}')) {
                return;
            }
            expect(',');
            skip();
        }
    }

    private void action(int depth, int enter) throws BadJsonException {
        int where = at;
        if (at >= end || in[at] != '"') {
            throw bad("defaultaction: expected a string");
        }
        string(64, "an action");
        String word = new String(text, 0, textLength, StandardCharsets.UTF_8);
        Optional<Action> action = Action.parse(word);
        if (action.isEmpty()) {
            throw new BadJsonException("no action named '" + word + "'", where);
        }
        if (depth == 0) {
            topAction = action.get().ordinal() + 1;
        } else {
            out.action(enter, action.get());
        }
    }

    private void value(int depth, int step) throws BadJsonException {
        if (at >= end) {
            throw bad("it ends before a value");
        }
        switch (in[at]) {
            case '{' -> object(depth + 1, step);
            case '[' -> array(depth, step);
            case '"' -> {
                string(MAX_TEXT, "a text");
                out.text(text, 0, textLength);
            }
            case 't' -> word("true", 1);
            case 'f' -> word("false", 0);
            case 'n' -> word("null", -1);
            default -> number();
        }
    }

    private void array(int depth, int step) throws BadJsonException {
        if (depth + 1 == MAX_DEPTH) {
            throw bad("more than " + MAX_DEPTH + " levels");
        }
        at++;
        skip();
        if (take(']')) {
            return;
        }
        while (true) {
            value(depth + 1, step);
            skip();
            if (take(']')) {
                return;
            }
            expect(',');
            skip();
        }
    }

    private void word(String word, int value) throws BadJsonException {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= end || in[at + i] != word.charAt(i)) {
                throw bad("expected a value");
            }
        }
        at += word.length();
        if (value >= 0) {
            out.number(value);
        }
    }

    private void number() throws BadJsonException {
        int from = at;
        boolean isNegative = take('-');
        long digits = 0;
        int count = 0;
        int first = at;
        while (at < end && in[at] >= '0' && in[at] <= '9') {
            digits = digits * 10 + in[at++] - '0';
            count++;
        }
        if (count == 0 || count > 1 && in[first] == '0') {
            at = from;
            throw bad("expected a value");
        }
        int fraction = 0;
        if (take('.')) {
            while (at < end && in[at] >= '0' && in[at] <= '9') {
                digits = digits * 10 + in[at++] - '0';
                fraction++;
            }
            if (fraction == 0) {
                throw bad("a number that ends in a point");
            }
        }
        boolean isPlain = count + fraction <= 15;
        if (at < end && (in[at] == 'e' || in[at] == 'E')) {
            isPlain = false;
            at++;
            if (at < end && (in[at] == '+' || in[at] == '-')) {
                at++;
            }
            int exponent = at;
            while (at < end && in[at] >= '0' && in[at] <= '9') {
                at++;
            }
            if (at == exponent) {
                throw bad("a number without its exponent");
            }
        }
        if (at - from > 400) {
            throw bad("a number of " + (at - from) + " characters");
        }
        // Both are exact, so one division rounds correctly (Clinger's fast path).
        double value = isPlain
                ? (isNegative ? -digits : digits) / POWERS[fraction]
                : Double.parseDouble(new String(in, from, at - from, StandardCharsets.US_ASCII));
        if (!Double.isFinite(value)) {
            throw bad("a number too large for a double");
        }
        out.number(value);
    }

    private void string(int max, String what) throws BadJsonException {
        if (at >= end || in[at] != '"') {
            throw bad("expected " + what + " in double quotes");
        }
        at++;
        textLength = 0;
        while (true) {
            if (at >= end) {
                throw bad("it ends inside a string");
            }
            int c = in[at++];
            if (c == '"') {
                return;
            }
            if (c == '\\') {
                escape();
            } else if (c >= 0 && c < ' ') {
                throw bad("a control character in a string");
            } else {
                put(c);
            }
            if (textLength > max) {
                throw bad(what + " longer than " + max + " bytes");
            }
        }
    }

    private void escape() throws BadJsonException {
        if (at >= end) {
            throw bad("it ends inside a string");
        }
        int c = in[at++];
        switch (c) {
            case '"', '\\', '/' -> put(c);
            case 'b' -> put('\b');
            case 'f' -> put('\f');
            case 'n' -> put('\n');
            case 'r' -> put('\r');
            case 't' -> put('\t');
            case 'u' -> {
                int unit = hex();
                if (Character.isHighSurrogate((char) unit) && at + 1 < end && in[at] == '\\' && in[at + 1] == 'u') {
                    at += 2;
                    int low = hex();
                    if (!Character.isLowSurrogate((char) low)) {
                        throw bad("half of a surrogate pair");
                    }
                    unit = Character.toCodePoint((char) unit, (char) low);
                } else if (unit >= 0xd800 && unit < 0xe000) {
                    throw bad("half of a surrogate pair");
                }
                for (byte b : Character.toString(unit).getBytes(StandardCharsets.UTF_8)) {
                    put(b);
                }
            }
            default -> throw bad("no such escape");
        }
    }

    private int hex() throws BadJsonException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < end ? Character.digit(in[at++], 16) : -1;
            if (digit < 0) {
                throw bad("four hex digits expected");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private void put(int c) {
        if (textLength == text.length) {
            text = Arrays.copyOf(text, textLength * 2);
        }
        text[textLength++] = (byte) c;
    }

    private void colon() throws BadJsonException {
        skip();
        expect(':');
        skip();
    }

    private void skip() {
        at = skipSpace(in, at, end);
    }

    private boolean take(char c) {
        if (at < end && in[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) throws BadJsonException {
        if (!take(c)) {
            throw bad(at >= end ? "it ends where '" + c + "' is expected" : "expected '" + c + "'");
        }
    }

    private BadJsonException bad(String what) {
        return new BadJsonException(what, at);
    }
}

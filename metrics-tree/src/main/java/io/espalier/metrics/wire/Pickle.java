package io.espalier.metrics.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pickles that carbon-relay, collectd and Diamond send to Graphite: {@code [(path, (time, value)), ...]} in
 * protocols 0 to 5. Only opcodes for numbers, texts, lists, tuples and the memo are known; those that name or
 * build objects are refused, so nothing in a pickle can run anything. Stack and memo are bounded by the bytes.
 */
public final class Pickle {
    /** One value. */
    public record Point(String path, double seconds, double value) {}

    /** What a memo entry or a stack slot may be. */
    private sealed interface Item {}

    private record Number(double value) implements Item {}

    private record Text(String value) implements Item {}

    private record Sequence(List<Item> items) implements Item {}

    private record Nothing() implements Item {}

    private record Mark() implements Item {}

    private static final int MAX_TEXT = 4096;
    private static final int MAX_LINE = 512;

    private final byte[] bytes;
    private final int start;
    private final int end;
    private int at;
    private final List<Item> stack = new ArrayList<>();
    private final Map<Integer, Item> memo = new HashMap<>();

    private Pickle(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        start = from;
        at = from;
        end = to;
    }

    /** @throws BadWireException for opcodes that are not allowed, and for what is no list of points */
    public static List<Point> read(byte[] bytes, int from, int to) throws BadWireException {
        var pickle = new Pickle(bytes, from, to);
        return pickle.points(pickle.run());
    }

    private List<Point> points(Item result) throws BadWireException {
        if (!(result instanceof Sequence list)) {
            throw bad("not a list of points");
        }
        var points = new ArrayList<Point>(list.items.size());
        for (Item item : list.items) {
            points.add(point(item).orElseThrow(() -> bad("not (path, (time, value))")));
        }
        return points;
    }

    private static Optional<Point> point(Item item) {
        if (item instanceof Sequence(List<Item> pair)
                && pair.size() == 2
                && pair.get(0) instanceof Text(String path)
                && pair.get(1) instanceof Sequence(List<Item> sample)
                && sample.size() == 2) {
            double seconds = number(sample.get(0));
            double value = number(sample.get(1));
            if (Double.isFinite(seconds) && Double.isFinite(value)) {
                return Optional.of(new Point(path, seconds, value));
            }
        }
        return Optional.empty();
    }

    /** Carbon takes a number written as text too. */
    private static double number(Item item) {
        return switch (item) {
            case Number(double value) -> value;
            case Text(String text) -> parse(text);
            default -> Double.NaN;
        };
    }

    private static double parse(String text) {
        try {
            return text.length() > 64 ? Double.NaN : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private Item run() throws BadWireException {
        while (true) {
            int op = u8();
            switch (op) {
                case '.' -> {
                    return pop();
                }
                case 0x80 -> at += need(1);
                case 0x95 -> at += need(8);
                case '(' -> stack.add(new Mark());
                case ']' -> stack.add(new Sequence(new ArrayList<>()));
                case ')' -> stack.add(new Sequence(List.of()));
                case 'l' -> stack.add(new Sequence(new ArrayList<>(popToMark())));
                case 't' -> stack.add(new Sequence(List.copyOf(popToMark())));
                case 0x85 -> tuple(1);
                case 0x86 -> tuple(2);
                case 0x87 -> tuple(3);
                case 'a' -> {
                    Item item = pop();
                    list().add(item);
                }
                case 'e' -> {
                    List<Item> items = popToMark();
                    list().addAll(items);
                }
                case '0' -> pop();
                case 'N' -> stack.add(new Nothing());
                case 0x88 -> stack.add(new Number(1));
                case 0x89 -> stack.add(new Number(0));
                case 'q', 'r', 'p', 0x94 -> memoize(op);
                case 'h', 'j', 'g' -> recall(op);
                default -> scalar(op);
            }
        }
    }

    private void scalar(int op) throws BadWireException {
        stack.add(
                switch (op) {
                    case 'J' -> new Number(i32());
                    case 'K' -> new Number(u8());
                    case 'M' -> new Number(u8() | u8() << 8);
                    case 'G' -> new Number(Double.longBitsToDouble(i64()));
                    case 'I', 'F', 'L' -> new Number(line(op));
                    case 0x8a -> new Number(integer(u8()));
                    case 0x8b -> new Number(integer(i32()));
                    case 'U', 'C', 0x8c -> new Text(text(u8()));
                    case 'T', 'X', 'B' -> new Text(text(i32()));
                    case 0x8d, 0x8e -> new Text(text(longLength()));
                    case 'S', 'V' -> new Text(quoted());
                    default -> {
                        at--;
                        throw bad("opcode 0x" + Integer.toHexString(op) + " is not allowed");
                    }
                });
    }

    private void memoize(int op) throws BadWireException {
        int id = switch (op) {
            case 'q' -> u8();
            case 'r' -> i32();
            case 'p' -> (int) line('I');
            default -> memo.size();
        };
        if (stack.isEmpty()) {
            throw bad("nothing to remember");
        }
        memo.put(id, stack.getLast());
    }

    private void recall(int op) throws BadWireException {
        int id = op == 'h' ? u8() : op == 'j' ? i32() : (int) line('I');
        Item item = memo.get(id);
        if (item == null) {
            throw bad("nothing remembered as " + id);
        }
        stack.add(item);
    }

    private void tuple(int size) throws BadWireException {
        var items = new ArrayList<Item>(size);
        for (int i = 0; i < size; i++) {
            items.addFirst(pop());
        }
        stack.add(new Sequence(List.copyOf(items)));
    }

    private Item pop() throws BadWireException {
        if (stack.isEmpty() || stack.getLast() instanceof Mark) {
            throw bad("nothing on the stack");
        }
        return stack.removeLast();
    }

    private List<Item> popToMark() throws BadWireException {
        for (int i = stack.size() - 1; i >= 0; i--) {
            if (stack.get(i) instanceof Mark) {
                List<Item> above = stack.subList(i + 1, stack.size());
                var items = new ArrayList<>(above);
                above.clear();
                stack.removeLast();
                return items;
            }
        }
        throw bad("no mark on the stack");
    }

    private List<Item> list() throws BadWireException {
        if (!stack.isEmpty() && stack.getLast() instanceof Sequence(ArrayList<Item> items)) {
            return items;
        }
        throw bad("no list to add to");
    }

    // --- Arguments ---

    private int need(int n) throws BadWireException {
        if (n < 0 || end - at < n) {
            throw bad("it ends too early");
        }
        return n;
    }

    private int u8() throws BadWireException {
        need(1);
        return bytes[at++] & 0xff;
    }

    private int i32() throws BadWireException {
        need(4);
        return u8() | u8() << 8 | u8() << 16 | u8() << 24;
    }

    private long i64() throws BadWireException {
        need(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | u8();
        }
        return value;
    }

    private int longLength() throws BadWireException {
        int low = i32();
        if (i32() != 0) {
            throw bad("a text of 4 GiB or more");
        }
        return low;
    }

    /** Little-endian two's complement. */
    private long integer(int length) throws BadWireException {
        if (length < 0 || length > 8) {
            throw bad("a whole number of " + length + " bytes");
        }
        need(length);
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (long) u8() << (8 * i);
        }
        return length == 0 || length == 8 ? value : value << (64 - 8 * length) >> (64 - 8 * length);
    }

    private String text(int length) throws BadWireException {
        if (length > MAX_TEXT) {
            throw bad("a text of " + length + " bytes (at most " + MAX_TEXT + ")");
        }
        int from = at;
        at += need(length);
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    private String argument() throws BadWireException {
        int from = at;
        while (at < end && bytes[at] != '\n') {
            at++;
        }
        if (at == end || at - from > MAX_TEXT) {
            throw bad("a line without its end");
        }
        return new String(bytes, from, at++ - from, StandardCharsets.UTF_8);
    }

    private double line(int op) throws BadWireException {
        String text = argument();
        if (text.length() > MAX_LINE) {
            throw bad("a number of " + text.length() + " characters");
        }
        double value = parse(op == 'L' && text.endsWith("L") ? text.substring(0, text.length() - 1) : text);
        if (Double.isNaN(value)) {
            throw bad("not a number");
        }
        return value;
    }

    /** {@code 'path'} as protocol 0 writes it, or the bare text of a unicode string; paths need no escapes. */
    private String quoted() throws BadWireException {
        String text = argument();
        char first = text.isEmpty() ? '\0' : text.charAt(0);
        boolean isQuoted =
                text.length() >= 2 && (first == '\'' || first == '"') && text.endsWith(String.valueOf(first));
        return isQuoted ? text.substring(1, text.length() - 1) : text;
    }

    private BadWireException bad(String what) {
        return new BadWireException(what, at - start);
    }
}

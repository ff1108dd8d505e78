package io.espalier.metrics.tree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Values on their way into a tree, as a walk: {@link #enter} a name, put values there, {@link #leave}. Filled by
 * one thread, then handed to {@link MetricTree#merge}; may be cleared and used again. Grows with what is put in:
 * whoever fills it bounds that.
 */
public final class Batch {
    static final int ENTER = 1;
    static final int LEAVE = 2;
    static final int NUMBER = 3;
    static final int STATE = 4;
    static final int TEXT = 5;
    static final int CELL = 6;
    static final int STAMP = 7;
    static final int HINT = 8;
    /** Words an ENTER takes: itself, offset, length, hash, action. */
    static final int ENTER_WORDS = 5;

    int[] ops = new int[256];
    int size;
    byte[] bytes = new byte[512];
    int bytesUsed;
    long[] longs = new long[64];
    int longsUsed;
    final List<Cell> cells = new ArrayList<>();
    private int depth;
    private int leaves;

    /** A place to go back to with {@link #rewind}. */
    public record Mark(int ops, int bytes, int longs, int cells, int depth, int leaves) {}

    public Mark mark() {
        return new Mark(size, bytesUsed, longsUsed, cells.size(), depth, leaves);
    }

    /** Forgets all that was put in since {@code mark}. */
    public void rewind(Mark mark) {
        size = mark.ops;
        bytesUsed = mark.bytes;
        longsUsed = mark.longs;
        cells.subList(mark.cells, cells.size()).clear();
        depth = mark.depth;
        leaves = mark.leaves;
    }

    public void clear() {
        rewind(new Mark(0, 0, 0, 0, 0, 0));
    }

    public boolean isEmpty() {
        return leaves == 0;
    }

    /** How many values, texts and sketches are in it. */
    public int leaves() {
        return leaves;
    }

    /** Answers where the step is, for {@link #action(int, Action)}. */
    public int enter(byte[] name, int offset, int length) {
        return enter(name, offset, length, KeyHash.of(name, offset, length));
    }

    /** @param hash {@link KeyHash#of} the name */
    public int enter(byte[] name, int offset, int length, int hash) {
        int at = size;
        int start = put(name, offset, length);
        room(ENTER_WORDS);
        ops[size++] = ENTER;
        ops[size++] = start;
        ops[size++] = length;
        ops[size++] = hash;
        ops[size++] = 0;
        depth++;
        return at;
    }

    public int enter(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        return enter(utf8, 0, utf8.length);
    }

    public void leave() {
        if (depth-- == 0) {
            throw new IllegalStateException("leave without enter");
        }
        op(LEAVE);
    }

    public int depth() {
        return depth;
    }

    /** From here on (and back in time for nothing), leaves below the step at {@code enter} use {@code action}. */
    public void action(int enter, Action action) {
        ops[enter + 4] = action.code();
    }

    /** The action of leaves for which neither the tree nor the push has one, up to the next hint. */
    public void hint(Action action) {
        room(2);
        ops[size++] = HINT;
        ops[size++] = action.code();
    }

    /** The time of the values up to the next stamp, in milliseconds since 1970; 0: the time of merging. */
    public void stamp(long millis) {
        room(2);
        ops[size++] = STAMP;
        ops[size++] = hold(millis);
    }

    /** @throws IllegalArgumentException for NaN and infinities, which would spoil every sum they meet */
    public void number(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not a finite number: " + value);
        }
        room(2);
        ops[size++] = NUMBER;
        ops[size++] = hold(Double.doubleToRawLongBits(value));
        leaves++;
    }

    /** Many values in one, as {@link View#raw} and {@link View#aux} give them. */
    public void state(Action action, double raw, long aux) {
        room(3);
        ops[size++] = STATE;
        ops[size++] = action.code();
        ops[size++] = hold(Double.doubleToRawLongBits(raw));
        hold(aux);
        leaves++;
    }

    /** A sum of {@code n} values for an average. */
    public void sum(double sum, long n) {
        state(Action.AVERAGE, sum, n);
    }

    /** The batch keeps {@code cell}, but never changes it. */
    public void cell(Cell cell) {
        room(2);
        ops[size++] = CELL;
        ops[size++] = cells.size();
        cells.add(cell);
        leaves++;
    }

    /** A marker; or, below {@code unique} and {@code top}, a value. */
    public void text(byte[] text, int offset, int length) {
        int start = put(text, offset, length);
        room(3);
        ops[size++] = TEXT;
        ops[size++] = start;
        ops[size++] = length;
        leaves++;
    }

    public void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        text(utf8, 0, utf8.length);
    }

    /** A whole path with one number. */
    public void add(double value, String... path) {
        for (String name : path) {
            enter(name);
        }
        number(value);
        for (int i = 0; i < path.length; i++) {
            leave();
        }
    }

    private int put(byte[] from, int offset, int length) {
        int start = bytesUsed;
        if (bytes.length - start < length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(start, length), bytes.length * 2));
        }
        System.arraycopy(from, offset, bytes, start, length);
        bytesUsed = start + length;
        return start;
    }

    private int hold(long value) {
        if (longsUsed == longs.length) {
            longs = Arrays.copyOf(longs, longsUsed * 2);
        }
        longs[longsUsed] = value;
        return longsUsed++;
    }

    private void op(int op) {
        room(1);
        ops[size++] = op;
    }

    private void room(int words) {
        if (ops.length - size < words) {
            ops = Arrays.copyOf(ops, ops.length * 2);
        }
    }
}

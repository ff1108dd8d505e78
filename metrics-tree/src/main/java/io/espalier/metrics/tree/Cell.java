package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;

/** What a leaf holds when one number is not enough. A cell belongs to one leaf; only the shard's writer changes it. */
public sealed interface Cell permits Sketch, Unique, Top {

    /** The number that reducers take for it: mean of a sketch, estimate of a unique, total of a top. */
    double number();

    /** A copy that later merges leave alone. */
    Cell copy();

    /** Takes {@code other} in; both are of the same kind. */
    void merge(Cell other);

    Action action();

    /** For {@link #read}; the action is not among it. */
    void write(BytesOut out);

    static Cell read(Action action, BytesIn in) throws BadBytesException {
        return switch (action) {
            case SKETCH -> Sketch.read(in);
            case UNIQUE -> Unique.read(in);
            case TOP -> Top.read(in);
            case ADD, AVERAGE, MIN, MAX, LAST, SET -> throw new BadBytesException(action + " has no cell");
        };
    }

    static Cell empty(Action action) {
        return switch (action) {
            case SKETCH -> new Sketch();
            case UNIQUE -> new Unique();
            case TOP -> new Top(Top.CAPACITY);
            case ADD, AVERAGE, MIN, MAX, LAST, SET -> throw new IllegalArgumentException(action + " has no cell");
        };
    }
}

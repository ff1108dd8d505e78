package io.espalier.metrics.tree;

/** What a leaf holds when one number is not enough. A cell belongs to one leaf; only the shard's writer changes it. */
public sealed interface Cell permits Sketch, Unique, Top {

    /** The number that reducers take for it: mean of a sketch, estimate of a unique, total of a top. */
    double number();

    /** A copy that later merges leave alone. */
    Cell copy();

    /** Takes {@code other} in; both are of the same kind. */
    void merge(Cell other);

    Action action();

    static Cell empty(Action action) {
        return switch (action) {
            case SKETCH -> new Sketch();
            case UNIQUE -> new Unique();
            case TOP -> new Top(Top.CAPACITY);
            case ADD, AVERAGE, MIN, MAX, LAST, SET -> throw new IllegalArgumentException(action + " has no cell");
        };
    }
}

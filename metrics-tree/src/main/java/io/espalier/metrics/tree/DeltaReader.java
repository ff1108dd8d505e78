package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads what {@link DeltaWriter} wrote, wherever it comes from: nothing of it is merged unless all of it is sound. */
public final class DeltaReader {
    /** As deep as JSON may be. */
    private static final int MAX_DEPTH = 64;

    private static final int MAX_NAME = 1024;
    private static final byte[] SELF = MetricTree.SELF.getBytes(StandardCharsets.UTF_8);

    private final BytesIn in;
    private final Batch batch = new Batch();
    private final List<byte[]> names = new ArrayList<>();

    private DeltaReader(byte[] bytes) {
        in = new BytesIn(bytes);
    }

    /** As a batch to be merged; its numbers are states, as {@link Batch#state} has it. */
    public static Batch read(byte[] bytes) throws BadBytesException {
        var reader = new DeltaReader(bytes);
        while (!reader.in.isAtEnd()) {
            reader.leaf();
        }
        while (reader.batch.depth() > 0) {
            reader.batch.leave();
        }
        return reader.batch;
    }

    private void leaf() throws BadBytesException {
        int flags = in.u1();
        if ((flags & ~(Values.ACTION | TreeImage.WHOLE | TreeImage.AUX | TreeImage.MARKERS)) != 0) {
            throw new BadBytesException("a leaf with flags " + flags);
        }
        int shared = in.count(batch.depth());
        int steps = in.count(MAX_DEPTH - shared);
        if (shared + steps == 0) {
            throw new BadBytesException("a value without a name");
        }
        while (batch.depth() > shared) {
            batch.leave();
        }
        for (int i = 0; i < steps; i++) {
            step();
        }
        value(flags);
        if ((flags & TreeImage.MARKERS) != 0) {
            // Whatever came before must not make values of them.
            batch.hint(Action.ADD);
            for (Markers.Marker marker : Markers.read(in).list()) {
                batch.stamp(marker.millis());
                batch.text(marker.text());
            }
        }
    }

    private void step() throws BadBytesException {
        int number = in.count(names.size());
        if (number == 0) {
            byte[] name = in.block();
            if (name.length > MAX_NAME) {
                throw new BadBytesException("a name of " + name.length + " bytes");
            }
            names.add(name);
            number = names.size();
        }
        byte[] name = names.get(number - 1);
        if (batch.depth() == 0 && Arrays.equals(name, SELF)) {
            throw new BadBytesException(MetricTree.SELF + " is each tree's own");
        }
        int enter = batch.enter(name, 0, name.length);
        int action = in.u1();
        if (action > Action.values().length) {
            throw new BadBytesException("an action numbered " + action);
        }
        if (action > 0) {
            batch.action(enter, Action.of(action));
        }
    }

    private void value(int flags) throws BadBytesException {
        int code = flags & Values.ACTION;
        if (code > Action.values().length) {
            throw new BadBytesException("an action numbered " + code);
        }
        if (code == 0) {
            if ((flags & (TreeImage.AUX | TreeImage.MARKERS)) != TreeImage.MARKERS) {
                throw new BadBytesException("a leaf without anything");
            }
            return;
        }
        Action action = Action.of(code);
        switch (action) {
            case SKETCH, UNIQUE, TOP -> batch.cell(cell(action));
            case ADD, AVERAGE, MIN, MAX, LAST, SET -> {
                double raw = (flags & TreeImage.WHOLE) != 0 ? (double) in.zigzag() : in.f8();
                long aux = (flags & TreeImage.AUX) != 0 ? in.zigzag() : 0;
                if (!Double.isFinite(raw) || (action == Action.AVERAGE && aux <= 0)) {
                    throw new BadBytesException("a " + action.word() + " of " + raw + ", " + aux);
                }
                batch.state(action, raw, aux);
            }
        }
    }

    /** One that can be merged: better to find out now than in the middle of a tree. */
    private Cell cell(Action action) throws BadBytesException {
        Cell cell = Cell.read(action, in);
        try {
            Cell.empty(action).merge(cell);
        } catch (RuntimeException e) {
            throw new BadBytesException("a " + action.word() + " that cannot be merged: " + e.getMessage());
        }
        if (!Double.isFinite(cell.number())) {
            throw new BadBytesException("a " + action.word() + " of " + cell.number());
        }
        return cell;
    }
}

package io.espalier.metrics.tree;

import org.jspecify.annotations.Nullable;

/** What the same nodes hold: the half of a page that every merge writes. */
final class Values {
    static final int ACTION = 0x0f;
    static final int HAS_VALUE = 0x10;
    /** On nodes of the first level: changes below are noted. */
    static final int WATCHED = 0x20;

    static final int DIRTY = 0x40;
    static final int POLICY = 0x80;

    final double[] value;
    /** When the node was last written, in seconds of the store's clock. */
    final int[] touched;

    final byte[] flags;
    /** Count of an average, time of a last or set; absent while no node of the page needs it. */
    long @Nullable [] aux;

    @Nullable
    Cell @Nullable [] cells;

    @Nullable
    Markers @Nullable [] markers;

    long epoch;

    Values(long epoch) {
        this.epoch = epoch;
        value = new double[Links.SIZE];
        touched = new int[Links.SIZE];
        flags = new byte[Links.SIZE];
    }

    private Values(Values from, long epoch) {
        this.epoch = epoch;
        value = from.value.clone();
        touched = from.touched.clone();
        flags = from.flags.clone();
        aux = from.aux == null ? null : from.aux.clone();
        cells = from.cells == null ? null : from.cells.clone();
        markers = from.markers == null ? null : from.markers.clone();
    }

    Values copy(long newEpoch) {
        return new Values(this, newEpoch);
    }
}

package io.espalier.metrics.trend;

import java.util.List;

/** Keeps what leaves were at times. One thread appends, any number read meanwhile. */
public interface TrendStore extends AutoCloseable {
    /** A name listing or a reading may not have more series. */
    int MOST = 100_000;

    /**
     * Keeps a frame; after return a killed process loses it no more. A frame not newer than the last one is refused.
     *
     * @throws TrendException with LATE or AWAY
     */
    void append(Frame frame);

    /**
     * Series that have a point in the range, sorted; perhaps some more that have one on the same days.
     *
     * @param prefix of their keys
     * @throws TrendException with BUDGET for more than {@link #MOST}, or AWAY
     */
    List<String> names(String prefix, Range range);

    /** One series a key, in their order; those without a point are empty. */
    List<Series> read(List<String> keys, Range range);

    /** Seconds between the frames it is made for. */
    int step();

    @Override
    void close();
}

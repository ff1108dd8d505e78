package io.espalier.metrics.relay;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import io.espalier.metrics.bytes.Framed;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.InflaterInputStream;

/**
 * What came in during one interval for one upstream, numbered by its sender. Immutable.
 *
 * <pre>
 * parcel = number(8) before(8) leaves(4) previous(4) made(8) deflated-delta
 * </pre>
 */
public final class Parcel {
    /** A delta after decompression may have. */
    public static final int MAX_DELTA = 32 << 20;

    static final int HEAD = 32;

    private final long number;
    private final long before;
    private final int leaves;
    private final int previous;
    private final long made;
    private final byte[] bytes;

    private Parcel(byte[] bytes) throws BadBytesException {
        var in = new BytesIn(bytes);
        number = in.i8();
        before = in.i8();
        leaves = in.i4();
        previous = in.i4();
        made = in.i8();
        this.bytes = bytes;
        if (number < 1 || before < 0 || leaves < 0) {
            throw new BadBytesException("a parcel numbered " + number + " with " + leaves + " after " + before);
        }
    }

    /** @param bytes not to be changed afterwards */
    static Parcel of(byte[] bytes) throws BadBytesException {
        return new Parcel(bytes);
    }

    /**
     * @param before   leaves in all parcels before this one
     * @param previous checksum of the one before, 0 for the first
     * @param made     milliseconds since 1970
     */
    static byte[] write(long number, long before, int leaves, int previous, long made, byte[] deflated) {
        var out = new BytesOut(HEAD + deflated.length);
        out.i8(number);
        out.i8(before);
        out.i4(leaves);
        out.i4(previous);
        out.i8(made);
        out.raw(deflated, 0, deflated.length);
        return out.copy();
    }

    static byte[] deflate(byte[] delta) {
        var deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(delta);
            deflater.finish();
            var out = new BytesOut(delta.length / 4);
            byte[] piece = new byte[16_384];
            while (!deflater.finished()) {
                out.raw(piece, 0, deflater.deflate(piece));
            }
            return out.copy();
        } finally {
            deflater.end();
        }
    }

    public long number() {
        return number;
    }

    long before() {
        return before;
    }

    int leaves() {
        return leaves;
    }

    int previous() {
        return previous;
    }

    /** When, by its sender's clock, in milliseconds since 1970. */
    long made() {
        return made;
    }

    byte[] bytes() {
        return bytes;
    }

    int checksum() {
        return Framed.checksum(bytes, bytes.length);
    }

    /** The delta, inflated while it is read. */
    public InputStream delta() {
        return new InflaterInputStream(new ByteArrayInputStream(bytes, HEAD, bytes.length - HEAD));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Parcel that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Parcel[" + number + ", " + leaves + " leaves]";
    }
}

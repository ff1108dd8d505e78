package io.espalier.metrics.relay;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import io.espalier.metrics.bytes.Framed;
import java.util.ArrayList;
import java.util.List;

/**
 * Parcels on their way, as the body of {@code POST /relay}. Without any it asks where the other end stands.
 *
 * <pre>
 * shipment = version(1) item*
 * item     = follows checksum(4) length parcel
 * </pre>
 *
 * @param items in the order of their numbers
 */
public record Shipment(List<Item> items) {
    private static final int VERSION = 1;
    private static final int MOST = 4096;

    /**
     * A parcel and what it is sent after.
     *
     * @param follows number of the parcel before it, or of the last that the other end has if those between are lost
     */
    public record Item(long follows, Parcel parcel) {}

    public Shipment {
        items = List.copyOf(items);
    }

    byte[] write() {
        var out = new BytesOut(1024);
        out.u1(VERSION);
        for (Item item : items) {
            out.varint(item.follows);
            out.i4(item.parcel.checksum());
            out.block(item.parcel.bytes());
        }
        return out.copy();
    }

    public static Shipment read(byte[] body) throws BadBytesException {
        var in = new BytesIn(body);
        int version = in.u1();
        if (version != VERSION) {
            throw new BadBytesException("version " + version + " (expected: " + VERSION + ")");
        }
        var items = new ArrayList<Item>();
        while (!in.isAtEnd()) {
            if (items.size() == MOST) {
                throw new BadBytesException("more than " + MOST + " parcels at once");
            }
            long follows = in.varint();
            int checksum = in.i4();
            byte[] bytes = in.block();
            if (Framed.checksum(bytes, bytes.length) != checksum) {
                throw new BadBytesException("a parcel that differs from its checksum");
            }
            items.add(new Item(follows, Parcel.of(bytes)));
        }
        return new Shipment(items);
    }
}

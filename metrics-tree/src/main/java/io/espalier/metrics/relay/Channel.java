package io.espalier.metrics.relay;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import java.security.SecureRandom;
import java.util.HexFormat;

/** How far numbering and sending to one upstream are. Used by one thread at a time. */
final class Channel {
    /** Under which the upstream knows us; of nobody else, so a spool that was wiped is a new sender. */
    final String id;

    long number;
    long leaves;
    int checksum;
    long merged;
    long mergedLeaves;
    long durable;
    long dropped;
    long droppedLeaves;

    private Channel(String id) {
        this.id = id;
    }

    static Channel fresh() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return new Channel(HexFormat.of().formatHex(random));
    }

    Channel copy() {
        var copy = new Channel(id);
        copy.advance(this);
        return copy;
    }

    /** Takes over up to where {@code other} numbered. */
    void advance(Channel other) {
        number = other.number;
        leaves = other.leaves;
        checksum = other.checksum;
    }

    /** {@code parcel} is the last one now. */
    void took(Parcel parcel) {
        number = parcel.number();
        leaves = parcel.before() + parcel.leaves();
        checksum = parcel.checksum();
    }

    void merged(long upTo, long leavesUpTo) {
        merged = upTo;
        mergedLeaves = leavesUpTo;
    }

    void write(BytesOut out) {
        out.text(id);
        out.varint(number);
        out.varint(leaves);
        out.i4(checksum);
        out.varint(merged);
        out.varint(mergedLeaves);
    }

    static Channel read(BytesIn in) throws BadBytesException {
        var channel = new Channel(in.text());
        channel.number = in.varint();
        channel.leaves = in.varint();
        channel.checksum = in.i4();
        channel.merged = in.varint();
        channel.mergedLeaves = in.varint();
        return channel;
    }
}

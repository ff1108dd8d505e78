package io.espalier.httpdns.zone;

import io.espalier.httpdns.answer.ResourceRecord;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Tells addresses that no public name should lead to: own machine, own network, nobody's. */
final class PrivateAddresses {
    private static final int A = 1;
    private static final int AAAA = 28;
    private static final int SVCB = 64;
    private static final int HTTPS = 65;
    private static final int IPV4_HINT = 4;
    private static final int IPV6_HINT = 6;

    private PrivateAddresses() {}

    /** True if the record leads to such an address, be it as a hint of an HTTPS record. */
    static boolean in(ResourceRecord record) {
        var data = record.data();
        return switch (record.type()) {
            case A -> data.length != 4 || isPrivate4(data, 0);
            case AAAA -> data.length != 16 || isPrivate6(data, 0);
            case SVCB, HTTPS -> hints(data);
            default -> false;
        };
    }

    /** RFC 6890 and what came after it. */
    private static boolean isPrivate4(byte[] data, int at) {
        var first = data[at] & 0xff;
        var second = data[at + 1] & 0xff;
        return switch (first) {
            case 0, 10, 127 -> true;
            case 100 -> (second & 0xc0) == 64;
            case 169 -> second == 254;
            case 172 -> (second & 0xf0) == 16;
            case 192 -> second == 168 || (second == 0 && data[at + 2] == 0);
            case 198 -> (second & 0xfe) == 18;
            default -> first >= 224;
        };
    }

    private static boolean isPrivate6(byte[] data, int at) {
        var first = ((data[at] & 0xff) << 8) | (data[at + 1] & 0xff);
        if ((first & 0xfe00) == 0xfc00 || (first & 0xff80) == 0xfe80 || (first & 0xff00) == 0xff00) {
            return true; // unique local, link and site local, multicast
        }
        if (first == 0x2002) {
            return isPrivate4(data, at + 2); // 6to4
        }
        if (first == 0x64 && (data[at + 2] & 0xff) == 0xff && (data[at + 3] & 0xff) == 0x9b) {
            // NAT64: the well-known prefix embeds an address, the other is for local use
            return data[at + 4] != 0 || data[at + 5] != 0 || isPrivate4(data, at + 12);
        }
        for (var i = 0; i < 10; i++) {
            if (data[at + i] != 0) {
                return false;
            }
        }
        var mapped = data[at + 10] == -1 && data[at + 11] == -1;
        var compatible = data[at + 10] == 0 && data[at + 11] == 0; // ::, ::1 too, as they embed 0.0.0.x
        return (mapped || compatible) && isPrivate4(data, at + 12);
    }

    /** True also for data that cannot be read: nobody knows what a client would make of it. */
    private static boolean hints(byte[] data) {
        try {
            var in = ByteBuffer.wrap(data);
            in.getShort();
            for (var label = in.get(); label != 0; label = in.get()) {
                skip(in, label & 0xff);
            }
            while (in.hasRemaining()) {
                var key = in.getShort() & 0xffff;
                var length = in.getShort() & 0xffff;
                var at = in.position();
                skip(in, length);
                if ((key == IPV4_HINT && any(data, at, length, 4)) || (key == IPV6_HINT && any(data, at, length, 16))) {
                    return true;
                }
            }
            return false;
        } catch (BufferUnderflowException e) {
            return true;
        }
    }

    private static void skip(ByteBuffer in, int bytes) {
        if (bytes > in.remaining()) {
            throw new BufferUnderflowException();
        }
        in.position(in.position() + bytes);
    }

    private static boolean any(byte[] data, int at, int length, int size) {
        if (length % size != 0) {
            return true;
        }
        for (var i = at; i < at + length; i += size) {
            if (size == 4 ? isPrivate4(data, i) : isPrivate6(data, i)) {
                return true;
            }
        }
        return false;
    }
}

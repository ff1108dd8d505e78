package io.espalier.httpdns.answer;

import org.jspecify.annotations.Nullable;

/** The presentation forms that follow from a record's data at little cost: addresses, names, texts. */
public final class Presentation {
    private static final int A = 1;
    private static final int NS = 2;
    private static final int CNAME = 5;
    private static final int PTR = 12;
    private static final int TXT = 16;
    private static final int AAAA = 28;

    private Presentation() {}

    /**
     * The text of a record.
     *
     * @param data its wire form, names in it uncompressed
     * @return null for a type not known here, and for data that is not of its type
     */
    public static @Nullable String of(int type, byte[] data) {
        return switch (type) {
            case A -> data.length == 4 ? address4(data) : null;
            case AAAA -> data.length == 16 ? address6(data) : null;
            case NS, CNAME, PTR -> name(data);
            case TXT -> texts(data);
            default -> null;
        };
    }

    private static String address4(byte[] data) {
        return (data[0] & 0xff) + "." + (data[1] & 0xff) + "." + (data[2] & 0xff) + "." + (data[3] & 0xff);
    }

    /** As RFC 5952 wants it: lower case, no leading zeros, the longest run of two or more zero groups left out. */
    private static String address6(byte[] data) {
        var from = 0;
        var longest = 1;
        for (var i = 0; i < 8; i++) {
            var run = 0;
            while (i + run < 8 && data[2 * (i + run)] == 0 && data[2 * (i + run) + 1] == 0) {
                run++;
            }
            if (run > longest) {
                from = i;
                longest = run;
            }
        }
        var text = new StringBuilder(39);
        for (var i = 0; i < 8; i++) {
            if (longest > 1 && i == from) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(((data[2 * i] & 0xff) << 8) | (data[2 * i + 1] & 0xff)));
        }
        return text.toString();
    }

    private static @Nullable String name(byte[] data) {
        var text = new StringBuilder(data.length);
        for (var i = 0; i < data.length; ) {
            var length = data[i++];
            if (length == 0) {
                return i == data.length ? (text.isEmpty() ? "." : text.toString()) : null;
            }
            if (length < 0 || i + length > data.length) {
                return null;
            }
            for (var end = i + length; i < end; i++) {
                var b = data[i];
                if ((b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' && b != '_') {
                    return null; // what has to be escaped is for somebody else
                }
                text.append((char) b);
            }
            text.append('.');
        }
        return null;
    }

    /** Each string in quotes, as zone files have it. */
    private static @Nullable String texts(byte[] data) {
        var text = new StringBuilder(data.length + 8);
        for (var i = 0; i < data.length; ) {
            var end = i + 1 + (data[i] & 0xff);
            if (end > data.length) {
                return null;
            }
            text.append(text.isEmpty() ? "\"" : " \"");
            for (i++; i < end; i++) {
                var b = data[i] & 0xff;
                if (b < 32 || b > 126) {
                    text.append('\\')
                            .append((char) ('0' + b / 100))
                            .append((char) ('0' + b / 10 % 10))
                            .append((char) ('0' + b % 10));
                } else {
                    if (b == '"' || b == '\\') {
                        text.append('\\');
                    }
                    text.append((char) b);
                }
            }
            text.append('"');
        }
        return text.isEmpty() ? null : text.toString();
    }
}

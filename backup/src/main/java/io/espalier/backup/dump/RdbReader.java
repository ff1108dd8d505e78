package io.espalier.backup.dump;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads an RDB file to its end: every opcode, every value's structure, the number of keys that each database announces,
 * the end mark, and the CRC-64 over all of it. Values are walked, not kept.
 *
 * <p>Sources: rdb.h and rdb.c of Redis 7.0 for the constants and the order of the fields.
 */
final class RdbReader {
    private static final int BUFFER = 128 << 10;
    private static final int ENCODED = -1; // a length that announces a specially encoded string
    private static final int MODULE_END = 0;
    private static final int FIRST_WITH_EXACT_SIZES = 9; // Redis 5

    private final InputStream in;
    private final Crc64 crc = new Crc64();
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int end;
    private int summed; // the part of the buffer that is in the checksum
    private long lastLength;
    private long computed;

    private RdbReader(InputStream in) {
        this.in = in;
    }

    /**
     * What a whole file holds.
     *
     * @param keys by number of database
     * @param unknownType of the value at which the walk had to end, as its encoding is newer than this code; the
     *     checksum was checked all the same
     * @param hasChecksum false if the server was told to write none; then the walk is all the proof
     */
    record Content(int version, SortedMap<Integer, Long> keys, Optional<Integer> unknownType, boolean hasChecksum) {
        long allKeys() {
            return keys.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** A value whose encoding is not known. */
    private static final class UnknownType extends IOException {
        private static final long serialVersionUID = 1;
        private final int type;

        UnknownType(int type) {
            super("value type " + type);
            this.type = type;
        }
    }

    /** @throws DumpException if it is not a whole RDB file; leaves the stream wherever it is */
    static Content read(InputStream in) throws IOException {
        try {
            return new RdbReader(in).file();
        } catch (EOFException e) {
            throw new DumpException(Reason.TRUNCATED, "the RDB file ends in the middle");
        }
    }

    private Content file() throws IOException {
        byte[] head = bytes(9);
        String magic = new String(head, StandardCharsets.US_ASCII);
        if (!magic.matches("REDIS\\d{4}")) {
            throw damaged("no RDB header");
        }
        int version = Integer.parseInt(magic.substring(5));
        var keys = new TreeMap<Integer, Long>();
        Optional<Integer> unknown = Optional.empty();
        try {
            walk(version, keys);
        } catch (UnknownType e) {
            unknown = Optional.of(e.type);
        }
        long written = unknown.isPresent() ? restToTrailer() : trailer();
        if (written == 0 && unknown.isPresent()) {
            throw damaged("no checksum, and an unknown value type " + unknown.get());
        }
        if (written != 0 && written != computed) {
            throw damaged("wrong checksum");
        }
        return new Content(version, keys, unknown, written != 0);
    }

    private void walk(int version, SortedMap<Integer, Long> keys) throws IOException {
        int database = 0;
        long announced = -1;
        while (true) {
            int opcode = unsigned();
            switch (opcode) {
                case 0xFF -> {
                    requireSize(version, database, announced, keys);
                    return;
                }
                case 0xFE -> {
                    requireSize(version, database, announced, keys);
                    announced = -1;
                    database = Math.toIntExact(length());
                    keys.putIfAbsent(database, 0L);
                }
                case 0xFD -> skip(4);
                case 0xFC -> skip(8);
                case 0xFB -> {
                    announced = length();
                    length();
                }
                case 0xFA -> {
                    string();
                    string();
                }
                case 0xF9 -> skip(1);
                case 0xF8 -> length();
                case 0xF7 -> {
                    length();
                    length();
                    length();
                    module();
                }
                case 0xF5 -> string();
                case 0xF4 -> {
                    length();
                    length();
                    length();
                }
                default -> {
                    if (opcode > 0xC0) {
                        throw new UnknownType(opcode);
                    }
                    string();
                    value(opcode);
                    keys.merge(database, 1L, Long::sum);
                }
            }
        }
    }

    private static void requireSize(int version, int database, long announced, SortedMap<Integer, Long> keys) {
        long found = keys.getOrDefault(database, 0L);
        if (announced >= 0 && version >= FIRST_WITH_EXACT_SIZES && announced != found) {
            throw new DumpException(
                    Reason.INCOMPLETE, "database " + database + " announces " + announced + " keys and holds " + found);
        }
    }

    private void value(int type) throws IOException {
        switch (type) {
            case 0, 9, 10, 11, 12, 13, 16, 17, 20 -> string();
            case 1, 2, 14 -> strings(length());
            case 4 -> strings(Math.multiplyExact(length(), 2L));
            case 3 -> {
                for (long left = length(); left > 0; left--) {
                    string();
                    textDouble();
                }
            }
            case 5 -> {
                for (long left = length(); left > 0; left--) {
                    string();
                    skip(8);
                }
            }
            case 7 -> {
                length();
                module();
            }
            case 18 -> {
                for (long left = length(); left > 0; left--) {
                    length();
                    string();
                }
            }
            case 15, 19, 21 -> stream(type);
            case 24 -> {
                skip(8);
                for (long left = length(); left > 0; left--) {
                    length();
                    string();
                    string();
                }
            }
            case 25 -> {
                skip(8);
                string();
            }
            default -> throw new UnknownType(type);
        }
    }

    private void stream(int type) throws IOException {
        for (long left = length(); left > 0; left--) {
            string();
            string();
        }
        int numbers = type == 15 ? 3 : 8;
        for (int i = 0; i < numbers; i++) {
            length();
        }
        for (long groups = length(); groups > 0; groups--) {
            string();
            for (int i = type == 15 ? 2 : 3; i > 0; i--) {
                length();
            }
            for (long pending = length(); pending > 0; pending--) {
                skip(16 + 8);
                length();
            }
            for (long consumers = length(); consumers > 0; consumers--) {
                string();
                skip(type == 21 ? 16 : 8);
                skip(Math.multiplyExact(length(), 16L));
            }
        }
    }

    /** What a module saved: typed pieces up to an end. */
    private void module() throws IOException {
        while (true) {
            int piece = Math.toIntExact(length());
            switch (piece) {
                case MODULE_END -> {
                    return;
                }
                case 1, 2 -> length();
                case 3 -> skip(4);
                case 4 -> skip(8);
                case 5 -> string();
                default -> throw damaged("piece " + piece + " in a module's value");
            }
        }
    }

    private void textDouble() throws IOException {
        int length = unsigned();
        if (length < 253) {
            skip(length);
        }
    }

    private void strings(long count) throws IOException {
        for (long left = count; left > 0; left--) {
            string();
        }
    }

    private void string() throws IOException {
        int first = rawLength();
        if (first != ENCODED) {
            skip(lastLength);
            return;
        }
        switch ((int) lastLength) {
            case 0 -> skip(1);
            case 1 -> skip(2);
            case 2 -> skip(4);
            case 3 -> {
                long packed = length();
                length();
                skip(packed);
            }
            default -> throw damaged("string encoding " + lastLength);
        }
    }

    private long length() throws IOException {
        if (rawLength() == ENCODED) {
            throw damaged("an encoded string where a length belongs");
        }
        return lastLength;
    }

    /** Sets lastLength; ENCODED if it is the number of a string encoding. */
    private int rawLength() throws IOException {
        int first = unsigned();
        switch (first >> 6) {
            case 0 -> lastLength = first & 0x3f;
            case 1 -> lastLength = (first & 0x3fL) << 8 | unsigned();
            case 2 -> {
                if (first != 0x80 && first != 0x81) {
                    throw damaged("length form " + first);
                }
                lastLength = 0;
                for (int left = first == 0x80 ? 4 : 8; left > 0; left--) {
                    lastLength = lastLength << 8 | unsigned();
                }
            }
            default -> {
                lastLength = first & 0x3f;
                return ENCODED;
            }
        }
        return 0;
    }

    // --- Bytes ------------------------------------------------------------------------------

    private long trailer() throws IOException {
        sum(position);
        computed = crc.value();
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value |= (long) unsigned() << (8 * i);
        }
        if (position < end || in.read() >= 0) {
            throw damaged("bytes behind the end");
        }
        return value;
    }

    /** Sums all but the last 8 bytes, and gives those. */
    private long restToTrailer() throws IOException {
        while (true) {
            int keep = Math.min(8, end - position);
            sum(Math.max(end - keep, summed));
            System.arraycopy(buffer, end - keep, buffer, 0, keep);
            position = 0;
            summed = 0;
            end = keep;
            int got = in.read(buffer, end, BUFFER - end);
            if (got < 0) {
                break;
            }
            end += got;
        }
        if (end < 8) {
            throw new EOFException();
        }
        computed = crc.value();
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value |= (buffer[i] & 0xffL) << (8 * i);
        }
        return value;
    }

    private void sum(int until) {
        crc.update(buffer, summed, until - summed);
        summed = until;
    }

    private void fill() throws IOException {
        sum(end);
        position = 0;
        summed = 0;
        end = Math.max(0, in.read(buffer, 0, BUFFER));
        if (end == 0) {
            throw new EOFException();
        }
    }

    private int unsigned() throws IOException {
        if (position == end) {
            fill();
        }
        return buffer[position++] & 0xff;
    }

    private byte[] bytes(int count) throws IOException {
        byte[] into = new byte[count];
        for (int i = 0; i < count; i++) {
            into[i] = (byte) unsigned();
        }
        return into;
    }

    private void skip(long count) throws IOException {
        if (count < 0) {
            throw damaged("a length beyond 2^63");
        }
        long left = count;
        while (left > 0) {
            if (position == end) {
                fill();
            }
            int step = (int) Math.min(left, end - position);
            position += step;
            left -= step;
        }
    }

    private static DumpException damaged(String what) {
        return new DumpException(Reason.DAMAGED, "the RDB file does not parse: " + what);
    }
}

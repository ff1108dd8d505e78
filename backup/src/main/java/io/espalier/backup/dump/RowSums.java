package io.espalier.backup.dump;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts rows and adds up their digests, a table at a time. */
final class RowSums {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

    private final TreeMap<String, TableSum> done = new TreeMap<>();
    private final MessageDigest digest = Spool.sha256();
    private String table = "";
    private long rows;
    private long high;
    private long low;

    /** Rows that follow belong to {@code name}, which may come more than once. */
    void table(String name) {
        if (!name.equals(table)) {
            close();
            table = name;
        }
        done.putIfAbsent(name, new TableSum(0, hex(0, 0)));
    }

    void bytes(byte[] from, int offset, int length) {
        digest.update(from, offset, length);
    }

    void endRow() {
        byte[] hash = digest.digest();
        long before = low;
        low += word(hash, 8);
        high += word(hash, 0) + (Long.compareUnsigned(low, before) < 0 ? 1 : 0);
        rows++;
    }

    /** What came since the last row was none. */
    void dropRow() {
        digest.reset();
    }

    SortedMap<String, TableSum> tables() {
        close();
        return done;
    }

    private void close() {
        if (rows > 0) {
            TableSum earlier = done.getOrDefault(table, new TableSum(0, hex(0, 0)));
            BigInteger sum = new BigInteger(earlier.digest(), 16)
                    .add(new BigInteger(hex(high, low), 16))
                    .mod(MODULUS);
            done.put(table, new TableSum(earlier.rows() + rows, "%032x".formatted(sum)));
        }
        rows = 0;
        high = 0;
        low = 0;
    }

    private static long word(byte[] from, int at) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (from[at + i] & 0xff);
        }
        return value;
    }

    private static String hex(long high, long low) {
        return "%016x%016x".formatted(high, low);
    }
}

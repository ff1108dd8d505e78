package io.espalier.backup.dump;

/** The CRC-64 that ends an RDB file: Jones polynomial, reflected, start 0, no final xor. */
final class Crc64 {
    private static final long REFLECTED = 0x95AC9329AC4BC9B5L;
    private static final long[][] TABLES = tables();

    private long crc;

    private static long[][] tables() {
        long[][] tables = new long[8][256];
        for (int b = 0; b < 256; b++) {
            long crc = b;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ REFLECTED;
            }
            tables[0][b] = crc;
        }
        for (int b = 0; b < 256; b++) {
            for (int t = 1; t < 8; t++) {
                long before = tables[t - 1][b];
                tables[t][b] = tables[0][(int) (before & 0xff)] ^ (before >>> 8);
            }
        }
        return tables;
    }

    void update(byte[] bytes, int offset, int length) {
        long value = crc;
        int i = offset;
        int end = offset + length;
        for (; i + 8 <= end; i += 8) {
            for (int k = 0; k < 8; k++) {
                value ^= (bytes[i + k] & 0xffL) << (8 * k);
            }
            value = TABLES[7][(int) value & 0xff]
                    ^ TABLES[6][(int) (value >>> 8) & 0xff]
                    ^ TABLES[5][(int) (value >>> 16) & 0xff]
                    ^ TABLES[4][(int) (value >>> 24) & 0xff]
                    ^ TABLES[3][(int) (value >>> 32) & 0xff]
                    ^ TABLES[2][(int) (value >>> 40) & 0xff]
                    ^ TABLES[1][(int) (value >>> 48) & 0xff]
                    ^ TABLES[0][(int) (value >>> 56)];
        }
        for (; i < end; i++) {
            value = TABLES[0][(int) ((value ^ bytes[i]) & 0xff)] ^ (value >>> 8);
        }
        crc = value;
    }

    long value() {
        return crc;
    }
}

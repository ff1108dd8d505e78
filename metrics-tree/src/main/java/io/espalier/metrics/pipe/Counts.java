package io.espalier.metrics.pipe;

import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.KeyHash;
import java.util.Arrays;

/** How often each name came, by bytes and without making objects. */
final class Counts {
    private static final int MAX_NAME = 512;

    private int[] table = new int[1024];
    private byte[] bytes = new byte[16_384];
    private int used;
    private int size;
    private int[] offset = new int[512];
    private int[] length = new int[512];
    private int[] hash = new int[512];
    private long[] count = new long[512];

    void add(byte[] from, int start, int end, long n) {
        int len = Math.min(end - start, MAX_NAME);
        int h = KeyHash.of(from, start, len);
        int mask = table.length - 1;
        int slot = h & mask;
        for (int id = table[slot]; id != 0; id = table[slot]) {
            int i = id - 1;
            if (hash[i] == h
                    && length[i] == len
                    && Arrays.equals(bytes, offset[i], offset[i] + len, from, start, start + len)) {
                count[i] += n;
                return;
            }
            slot = slot + 1 & mask;
        }
        if (size == count.length) {
            offset = Arrays.copyOf(offset, size * 2);
            length = Arrays.copyOf(length, size * 2);
            hash = Arrays.copyOf(hash, size * 2);
            count = Arrays.copyOf(count, size * 2);
        }
        if (bytes.length - used < len) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        System.arraycopy(from, start, bytes, used, len);
        offset[size] = used;
        length[size] = len;
        hash[size] = h;
        count[size] = n;
        used += len;
        size++;
        table[slot] = size;
        if (size * 2 > table.length) {
            widen();
        }
    }

    private void widen() {
        table = new int[table.length * 2];
        int mask = table.length - 1;
        for (int i = 0; i < size; i++) {
            int slot = hash[i] & mask;
            while (table[slot] != 0) {
                slot = slot + 1 & mask;
            }
            table[slot] = i + 1;
        }
    }

    int size() {
        return size;
    }

    /** One number a name, below the step where the batch is. */
    void flush(Batch batch) {
        for (int i = 0; i < size; i++) {
            batch.enter(bytes, offset[i], length[i], hash[i]);
            batch.number((double) count[i]);
            batch.leave();
        }
        Arrays.fill(table, 0);
        size = 0;
        used = 0;
    }
}

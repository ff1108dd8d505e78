package io.espalier.metrics.trend;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import io.espalier.metrics.bytes.Framed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * A block of a tier that is full, as a file that never changes again: a checksummed chunk a series, then an index
 * sorted by key, looked up where it lies.
 *
 * <pre>
 * file  = magic chunk* entry* table foot foot-offset(8) magic
 * chunk = length(4) crc32c(4) key column*
 * entry = key chunk-offset
 * table = entry-offset(4)*
 * foot  = length(4) crc32c(4) from slots step columns series entries-offset table-offset
 * </pre>
 */
final class Segment implements AutoCloseable {
    private static final byte[] MAGIC = "ESPTRND1".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_CHUNK = 16 << 20;

    final Path path;
    final long from;
    final long to;
    private final int step;
    private final int columns;
    private final int count;
    private final FileChannel file;
    private final ByteBuffer entries;
    private final ByteBuffer table;

    private Segment(Path path, FileChannel file) throws IOException {
        this.path = path;
        this.file = file;
        long size = file.size();
        if (size < 24) {
            throw new BadBytesException("a segment of " + size + " bytes");
        }
        ByteBuffer end = Framed.fill(file, size - 16, 16);
        long at = end.getLong();
        byte[] magic = new byte[8];
        end.get(magic);
        if (!Arrays.equals(magic, MAGIC) || at < 8 || at > size - 24) {
            throw new BadBytesException("not a whole segment");
        }
        var foot = new BytesIn(Framed.read(file, at, 1024));
        from = foot.varint();
        long slots = foot.varint();
        step = (int) foot.varint();
        columns = (int) foot.varint();
        count = (int) foot.varint();
        long entriesAt = foot.varint();
        long tableAt = foot.varint();
        to = from + slots * step;
        if (entriesAt < 8 || tableAt < entriesAt || tableAt + 4L * count != at || columns < 1 || columns > 4) {
            throw new BadBytesException("a segment whose foot is wrong");
        }
        entries = file.map(FileChannel.MapMode.READ_ONLY, entriesAt, tableAt - entriesAt);
        table = file.map(FileChannel.MapMode.READ_ONLY, tableAt, at - tableAt);
    }

    static Segment open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new Segment(path, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Writes all of {@code head} at the channel's position 0. */
    static void write(Head head, FileChannel file) throws IOException {
        List<Head.Column> sorted = head.all().stream()
                .sorted(Comparator.comparing((Head.Column column) -> utf8(column.key), Arrays::compareUnsigned))
                .toList();
        put(file, ByteBuffer.wrap(MAGIC));
        var entries = new BytesOut(1 << 16);
        var table = new BytesOut(4 * sorted.size());
        var chunk = new BytesOut(4096);
        var buffer = new BytesOut(1 << 20);
        long at = MAGIC.length;
        for (Head.Column column : sorted) {
            chunk.clear();
            chunk.text(column.key);
            Head.write(column, chunk);
            table.i4(entries.size());
            entries.text(column.key);
            entries.varint(at);
            buffer.i4(chunk.size());
            buffer.i4(Framed.checksum(chunk.array(), chunk.size()));
            buffer.raw(chunk.array(), 0, chunk.size());
            at += Framed.HEAD + chunk.size();
            if (buffer.size() > 1 << 20) {
                put(file, ByteBuffer.wrap(buffer.array(), 0, buffer.size()));
                buffer.clear();
            }
        }
        put(file, ByteBuffer.wrap(buffer.array(), 0, buffer.size()));
        put(file, ByteBuffer.wrap(entries.array(), 0, entries.size()));
        put(file, ByteBuffer.wrap(table.array(), 0, table.size()));
        var foot = new BytesOut(64);
        foot.varint(head.from);
        foot.varint(head.slots());
        foot.varint(head.step);
        foot.varint(head.columns);
        foot.varint(sorted.size());
        foot.varint(at);
        foot.varint(at + entries.size());
        Framed.write(file, foot.array(), foot.size());
        put(
                file,
                ByteBuffer.allocate(16)
                        .putLong(at + entries.size() + table.size())
                        .put(MAGIC)
                        .flip());
    }

    private static void put(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private static byte[] utf8(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] key(int i) {
        int at = table.getInt(i * 4);
        int length = 0;
        int shift = 0;
        int b;
        do {
            b = entries.get(at++);
            length |= (b & 0x7f) << shift;
            shift += 7;
        } while (b < 0);
        byte[] key = new byte[Math.min(length, entries.limit())];
        entries.get(at, key);
        return key;
    }

    private long chunk(int i) throws BadBytesException {
        int at = table.getInt(i * 4);
        int end = i + 1 == count ? entries.limit() : table.getInt((i + 1) * 4);
        byte[] entry = new byte[Math.clamp(end - (long) at, 0, entries.limit())];
        entries.get(at, entry);
        var in = new BytesIn(entry);
        in.block();
        return in.varint();
    }

    /** The first entry that is not before {@code key}. */
    private int search(byte[] key) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(key(middle), key) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    void names(String prefix, Consumer<String> name) throws BadBytesException {
        byte[] start = utf8(prefix);
        try {
            for (int i = search(start); i < count; i++) {
                byte[] key = key(i);
                if (key.length < start.length || !Arrays.equals(key, 0, start.length, start, 0, start.length)) {
                    return;
                }
                name.accept(new String(key, StandardCharsets.UTF_8));
            }
        } catch (IndexOutOfBoundsException e) {
            throw new BadBytesException(path.getFileName() + ": its index is damaged");
        }
    }

    void read(String key, Points points) throws IOException {
        byte[] wanted = utf8(key);
        long at;
        try {
            int i = search(wanted);
            if (i == count || !Arrays.equals(key(i), wanted)) {
                return;
            }
            at = chunk(i);
        } catch (IndexOutOfBoundsException e) {
            throw new BadBytesException(path.getFileName() + ": its index is damaged");
        }
        byte[] chunk = Framed.read(file, at, MAX_CHUNK);
        var in = new BytesIn(chunk);
        if (!in.text().equals(key)) {
            throw new BadBytesException(path.getFileName() + ": its index points to another key");
        }
        var readers = new Codes.Reader[columns];
        for (int c = 0; c < columns; c++) {
            int length = in.count(in.left());
            readers[c] = new Codes.Reader(chunk, chunk.length - in.left(), length);
            in.skip(length);
        }
        Head.read(readers, from, step, points);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

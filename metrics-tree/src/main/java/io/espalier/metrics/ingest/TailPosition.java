package io.espalier.metrics.ingest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * How far a file was read.
 *
 * @param key    device and inode, as {@link java.nio.file.attribute.BasicFileAttributes#fileKey} writes them
 * @param offset of the first byte that was not merged yet; a line starts there
 * @param head   of how many bytes at its start {@code crc} is; inodes are used again, first lines with their
 *     time are not
 * @param crc    CRC-32C of those
 */
record TailPosition(String key, long offset, int head, long crc) {
    /** Bytes that tell one file from another. */
    static final int HEAD = 512;

    /** The fingerprint of a file as it is now; nothing if it has less than {@code length} bytes. */
    static long crc(FileChannel file, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, bytes.position()) < 0) {
                return -1;
            }
        }
        var crc = new CRC32C();
        crc.update(bytes.flip());
        return crc.getValue();
    }

    static TailPosition start(String key) {
        return new TailPosition(key, 0, 0, 0);
    }

    /**
     * The same file, read up to {@code newOffset}.
     *
     * @param first its first bytes as they were read: by now there may be others
     */
    TailPosition at(long newOffset, byte[] first) {
        int wanted = (int) Math.min(HEAD, newOffset);
        if (wanted <= head) {
            return new TailPosition(key, newOffset, head, crc);
        }
        var fresh = new CRC32C();
        fresh.update(first, 0, wanted);
        return new TailPosition(key, newOffset, wanted, fresh.getValue());
    }

    /** Whether the file starts as it did. */
    boolean isHeadOf(FileChannel file) throws IOException {
        return file.size() >= offset && crc(file, head) == crc;
    }

    // --- On disk: one line a file, the newest last ---

    static List<TailPosition> read(Path state) throws IOException {
        var positions = new ArrayList<TailPosition>();
        if (!Files.exists(state)) {
            return positions;
        }
        for (String line : Files.readAllLines(state)) {
            String[] words = line.split("\t", -1);
            try {
                positions.add(new TailPosition(
                        words[0], Long.parseLong(words[1]), Integer.parseInt(words[2]), Long.parseLong(words[3])));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new IOException("not a position of a followed file: " + state, e);
            }
        }
        return positions;
    }

    static void write(Path state, List<TailPosition> positions) throws IOException {
        var text = new StringBuilder();
        for (TailPosition position : positions) {
            text.append(position.key).append('\t').append(position.offset).append('\t');
            text.append(position.head).append('\t').append(position.crc).append('\n');
        }
        Path parent = Files.createDirectories(state.toAbsolutePath().getParent());
        Path fresh = parent.resolve(state.getFileName() + ".new");
        Files.write(
                fresh,
                text.toString().getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        Files.move(fresh, state, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}

package io.espalier.metrics.bytes;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/** Blocks in a file, each with its length and checksum (CRC-32C): {@code length checksum bytes}. */
public final class Framed {
    /** Before each block. */
    public static final int HEAD = 8;

    private Framed() {}

    /** Writes at the channel's position. */
    public static void write(FileChannel file, byte[] bytes, int length) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD).putInt(length).putInt(checksum(bytes, length));
        head.flip();
        ByteBuffer[] parts = {head, ByteBuffer.wrap(bytes, 0, length)};
        while (parts[1].hasRemaining() || head.hasRemaining()) {
            file.write(parts);
        }
    }

    /**
     * The block at {@code position}; the next one begins {@link #HEAD} and its length further on.
     *
     * @param most bytes that a block may have
     */
    public static byte[] read(FileChannel file, long position, int most) throws IOException {
        ByteBuffer head = fill(file, position, HEAD);
        int length = head.getInt();
        int checksum = head.getInt();
        if (length < 0 || length > most || length > file.size() - position - HEAD) {
            throw new BadBytesException("a block of " + length + " bytes at " + position);
        }
        byte[] bytes = fill(file, position + HEAD, length).array();
        if (checksum(bytes, length) != checksum) {
            throw new BadBytesException("a block at " + position + " that differs from its checksum");
        }
        return bytes;
    }

    /** So many bytes at {@code position}. */
    public static ByteBuffer fill(FileChannel file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("the file ends at " + file.size());
            }
        }
        return bytes.flip();
    }

    public static int checksum(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}

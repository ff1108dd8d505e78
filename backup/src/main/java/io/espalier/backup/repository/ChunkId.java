package io.espalier.backup.repository;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** What a chunk is called: the HMAC-SHA-256 of its bytes under the client's key, so that a stranger cannot guess content. */
public record ChunkId(long a, long b, long c, long d) {

    /** In bytes. */
    public static final int SIZE = 32;

    public static ChunkId of(byte[] mac) {
        if (mac.length != SIZE) {
            throw new IllegalArgumentException("mac: " + mac.length + " bytes (expected: 32)");
        }
        ByteBuffer in = ByteBuffer.wrap(mac);
        return new ChunkId(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    public static ChunkId read(ByteReader in) throws FormatException {
        return of(in.raw(SIZE));
    }

    public void write(ByteWriter out) {
        out.raw(bytes());
    }

    public byte[] bytes() {
        return ByteBuffer.allocate(SIZE)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d)
                .array();
    }

    @Override
    public String toString() {
        return "chunk " + HexFormat.of().toHexDigits(a).substring(0, 8);
    }
}

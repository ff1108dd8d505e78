package io.espalier.backup.repository;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.crypt.Sealing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of a pack:
 *
 * <pre>
 * "espack1\n"                      8
 * id of the client key             8
 * length of the wrapped key        2, big-endian
 * wrapped key                      an age file that holds the 32 bytes of the pack's own key
 * chunks                           each zstd or plain, sealed with the pack's key; number = offset, about = chunk id
 * salt                             32
 * table                            {@link PackTable}, sealed with the client's key for places and that salt
 * length of salt and table         4, big-endian
 * </pre>
 *
 * So an index can be made anew from the packs with the client key alone, and no content is read for it.
 */
public final class PackFormat {

    static final int SALT = 32;
    /** What lies in front of the wrapped key. */
    static final int PREFIX = 18;

    private static final byte[] MAGIC = "espack1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_WRAPPED = 1024;
    /** Enough for every header. */
    static final int HEADER_GUESS = 512;

    /** @param wrapped the pack's key, for the age identity */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Header(byte[] keyId, byte[] wrapped) {
        int size() {
            return PREFIX + wrapped.length;
        }

        byte[] bytes() {
            return ByteBuffer.allocate(size())
                    .put(MAGIC)
                    .put(keyId)
                    .putShort((short) wrapped.length)
                    .put(wrapped)
                    .array();
        }
    }

    private PackFormat() {}

    /** From the first bytes of a pack, at least {@link #HEADER_GUESS} of them or all. */
    static Header header(byte[] begin) throws FormatException {
        if (begin.length < PREFIX || !Arrays.equals(begin, 0, 8, MAGIC, 0, 8)) {
            throw new FormatException("not a pack");
        }
        int length = Short.toUnsignedInt(ByteBuffer.wrap(begin).getShort(16));
        if (length > MOST_WRAPPED || PREFIX + length > begin.length) {
            throw new FormatException("a wrapped key of " + length + " bytes");
        }
        return new Header(Arrays.copyOfRange(begin, 8, 16), Arrays.copyOfRange(begin, PREFIX, PREFIX + length));
    }

    /** Whether a whole pack is one of this client. */
    public static boolean isOf(byte[] pack, ClientKey key) throws FormatException {
        return Arrays.equals(header(pack).keyId(), key.keyId());
    }

    /** What follows the last chunk. */
    static byte[] trailer(Header header, PackTable table, ClientKey key) {
        byte[] salt = Sealing.newKey();
        var out = new ByteWriter();
        table.write(out);
        byte[] sealed = key.places(salt).seal(0, header.bytes(), out.toBytes());
        return ByteBuffer.allocate(SALT + sealed.length + 4)
                .put(salt)
                .put(sealed)
                .putInt(SALT + sealed.length)
                .array();
    }

    /** The table of a whole pack. @throws IOException if it is damaged or another client's */
    public static PackTable table(byte[] pack, ClientKey key) throws IOException {
        Header header = header(pack);
        if (pack.length < header.size() + SALT + 4) {
            throw new FormatException("a pack that ends too early");
        }
        int length = ByteBuffer.wrap(pack).getInt(pack.length - 4);
        int at = pack.length - 4 - length;
        if (length < 0 || at < header.size()) {
            throw new FormatException("a table of " + length + " bytes");
        }
        return table(header, at, Arrays.copyOfRange(pack, at, at + length), key);
    }

    /** @param trailer salt and sealed table, which begin at {@code at} */
    static PackTable table(Header header, long at, byte[] trailer, ClientKey key) throws IOException {
        if (trailer.length < SALT + Sealing.OVERHEAD) {
            throw new FormatException("a table of " + trailer.length + " bytes");
        }
        byte[] salt = Arrays.copyOf(trailer, SALT);
        byte[] plain = key.places(salt).open(0, header.bytes(), trailer, SALT, trailer.length - SALT);
        var in = new ByteReader(plain);
        PackTable table = PackTable.read(in);
        in.end();
        if (table.start() != header.size() || table.end() != at) {
            throw new FormatException("a table that does not fit its pack");
        }
        return table;
    }
}

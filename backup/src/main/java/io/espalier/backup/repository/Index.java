package io.espalier.backup.repository;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.crypt.Sealing;
import io.espalier.backup.repository.ObjectName.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Says which chunks lie where, for some packs of one client. Its bytes are {@code "esindx1\n"}, the id of the client key
 * (8), a salt (32), and the rest sealed with the client's key for places. An index that says to supersede others holds all
 * that is true in them.
 */
public record Index(List<Packed> packs, List<ObjectName> supersedes) {

    /** The most entries that one index holds when this program writes it, which makes it about 4 MB. */
    public static final int MOST_ENTRIES = 100_000;

    private static final byte[] MAGIC = "esindx1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int PREFIX = 16;

    /** @param size of the whole pack, in bytes */
    public record Packed(ObjectName name, long size, PackTable table) {}

    public Index {
        packs = List.copyOf(packs);
        supersedes = List.copyOf(supersedes);
    }

    public byte[] seal(ClientKey key) {
        var out = new ByteWriter();
        out.number(packs.size());
        for (Packed packed : packs) {
            out.raw(packed.name.hash()).number(packed.size);
            packed.table.write(out);
        }
        out.number(supersedes.size());
        supersedes.forEach(name -> out.raw(name.hash()));
        byte[] salt = Sealing.newKey();
        byte[] begin = ByteBuffer.allocate(PREFIX).put(MAGIC).put(key.keyId()).array();
        byte[] sealed = key.places(salt).seal(0, begin, out.toBytes());
        return ByteBuffer.allocate(PREFIX + PackFormat.SALT + sealed.length)
                .put(begin)
                .put(salt)
                .put(sealed)
                .array();
    }

    /** Whether {@code bytes} are an index that this client can read. */
    public static boolean isOf(byte[] bytes, ClientKey key) throws FormatException {
        if (bytes.length < PREFIX + PackFormat.SALT || !Arrays.equals(bytes, 0, 8, MAGIC, 0, 8)) {
            throw new FormatException("not an index");
        }
        return Arrays.equals(bytes, 8, 16, key.keyId(), 0, 8);
    }

    /** @throws IOException if it is damaged or another client's */
    public static Index open(byte[] bytes, ClientKey key) throws IOException {
        if (!isOf(bytes, key)) {
            throw new FormatException("an index of another client");
        }
        byte[] begin = Arrays.copyOf(bytes, PREFIX);
        byte[] salt = Arrays.copyOfRange(bytes, PREFIX, PREFIX + PackFormat.SALT);
        int from = PREFIX + PackFormat.SALT;
        var in = new ByteReader(key.places(salt).open(0, begin, bytes, from, bytes.length - from));
        var packs = new ArrayList<Packed>();
        for (int left = in.count(ChunkId.SIZE + 3); left > 0; left--) {
            packs.add(new Packed(ObjectName.ofHash(Kind.PACK, in.raw(32)), in.number(), PackTable.read(in)));
        }
        var supersedes = new ArrayList<ObjectName>();
        for (int left = in.count(32); left > 0; left--) {
            supersedes.add(ObjectName.ofHash(Kind.INDEX, in.raw(32)));
        }
        in.end();
        return new Index(packs, supersedes);
    }
}

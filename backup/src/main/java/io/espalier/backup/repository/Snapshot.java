package io.espalier.backup.repository;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.crypt.KeyException;
import io.espalier.backup.crypt.Sealing;
import io.espalier.backup.repository.ObjectName.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One backup. The outline is readable by whoever keeps the store, who needs it to keep, count and remove; the inside only
 * by whoever holds the age identity. Both are signed with the client's secret.
 *
 * <pre>
 * "essnap1\n"         8
 * outline             block
 * wrapped key         block: an age file that holds the key of the inside
 * inside              block, sealed with that key; about = everything before it
 * signature           32: HMAC-SHA-256 over everything before it
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // compared by name
public record Snapshot(ObjectName name, Outline outline, byte[] wrapped, byte[] sealed, byte[] head) {

    private static final byte[] MAGIC = "essnap1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SIGNATURE = 32;

    /**
     * What anybody may know.
     *
     * @param keyHex the client key, by the name of its key object
     * @param host which host was backed up, as it called itself
     * @param source what of it, such as {@code files} or {@code mysql}; with the host it makes a series
     * @param failure empty if the backup is good; else the reason and a sentence
     * @param files how many entries it has
     * @param bytes how long its content is, in bytes
     * @param added how many bytes this backup added to the store
     * @param packs everything that is needed to restore it, sorted
     */
    public record Outline(
            String keyHex,
            String host,
            String source,
            Instant startedAt,
            Instant finishedAt,
            Optional<Verdict.Failed> failure,
            long files,
            long bytes,
            long added,
            List<ObjectName> packs) {
        public Outline {
            packs = packs.stream().sorted().toList();
        }

        public boolean isGood() {
            return failure.isEmpty();
        }

        private byte[] bytesOf() {
            var out = new ByteWriter();
            out.text(keyHex).text(host).text(source);
            out.number(startedAt.toEpochMilli()).number(finishedAt.toEpochMilli());
            out.flag(failure.isPresent());
            failure.ifPresent(failed -> out.text(failed.reason()).text(failed.detail()));
            out.number(files).number(bytes).number(added).number(packs.size());
            packs.forEach(pack -> out.raw(pack.hash()));
            return out.toBytes();
        }

        private static Outline read(byte[] bytes) throws FormatException {
            var in = new ByteReader(bytes);
            String keyHex = in.text();
            String host = in.text();
            String source = in.text();
            Instant startedAt = Instant.ofEpochMilli(in.number());
            Instant finishedAt = Instant.ofEpochMilli(in.number());
            Optional<Verdict.Failed> failure =
                    in.flag() ? Optional.of(new Verdict.Failed(in.text(), in.text())) : Optional.empty();
            long files = in.number();
            long size = in.number();
            long added = in.number();
            var packs = new ArrayList<ObjectName>();
            for (int left = in.count(32); left > 0; left--) {
                packs.add(ObjectName.ofHash(Kind.PACK, in.raw(32)));
            }
            in.end();
            return new Outline(keyHex, host, source, startedAt, finishedAt, failure, files, size, added, packs);
        }
    }

    /**
     * What only the identity opens.
     *
     * @param roots what was backed up, as it was given
     * @param listing the chunks of the list of entries, in order
     * @param notes what a person should know, such as files that changed while they were read
     */
    public record Inside(List<String> roots, List<ChunkId> listing, List<String> notes) {
        public Inside {
            roots = List.copyOf(roots);
            listing = List.copyOf(listing);
            notes = List.copyOf(notes);
        }

        private byte[] bytesOf() {
            var out = new ByteWriter();
            out.number(roots.size());
            roots.forEach(out::text);
            out.number(listing.size());
            listing.forEach(id -> id.write(out));
            out.number(notes.size());
            notes.forEach(out::text);
            return out.toBytes();
        }

        private static Inside read(byte[] bytes) throws FormatException {
            var in = new ByteReader(bytes);
            List<String> roots = texts(in);
            var listing = new ArrayList<ChunkId>();
            for (int left = in.count(ChunkId.SIZE); left > 0; left--) {
                listing.add(ChunkId.read(in));
            }
            List<String> notes = texts(in);
            in.end();
            return new Inside(roots, listing, notes);
        }

        private static List<String> texts(ByteReader in) throws FormatException {
            var texts = new ArrayList<String>();
            for (int left = in.count(1); left > 0; left--) {
                texts.add(in.text());
            }
            return texts;
        }
    }

    /** The bytes of a new snapshot. */
    static byte[] seal(Outline outline, Inside inside, ClientKey key) {
        byte[] fresh = Sealing.newKey();
        var out = new ByteWriter();
        out.raw(MAGIC).block(outline.bytesOf()).block(key.recipient().wrap(fresh));
        byte[] sealed = new Sealing(fresh).seal(0, out.toBytes(), inside.bytesOf());
        out.block(sealed);
        byte[] signature = key.sign(out.toBytes());
        return out.raw(signature).toBytes();
    }

    /** Reads the outline; proves nothing but the form. Who must not be fooled calls {@link #requireSigned} too. */
    public static Snapshot parse(ObjectName name, byte[] bytes) throws FormatException {
        if (bytes.length < MAGIC.length + SIGNATURE || !Arrays.equals(bytes, 0, 8, MAGIC, 0, 8)) {
            throw new FormatException("not a snapshot");
        }
        var in = new ByteReader(bytes, 8, bytes.length - 8 - SIGNATURE);
        Outline outline = Outline.read(in.block());
        byte[] wrapped = in.block();
        int head = bytes.length - SIGNATURE - in.remaining();
        byte[] sealed = in.block();
        in.end();
        if (!outline.keyHex.matches("[0-9a-f]{64}")) {
            throw new FormatException("a snapshot without a client key");
        }
        return new Snapshot(name, outline, wrapped, sealed, Arrays.copyOf(bytes, head));
    }

    /** @throws KeyException unless the holder of {@code key} made exactly these bytes */
    static void requireSigned(byte[] bytes, ClientKey key) throws KeyException {
        byte[] body = Arrays.copyOf(bytes, bytes.length - SIGNATURE);
        byte[] signature = Arrays.copyOfRange(bytes, bytes.length - SIGNATURE, bytes.length);
        if (!MessageDigest.isEqual(key.sign(body), signature)) {
            throw new KeyException("the snapshot was not made by " + key);
        }
    }

    /** @throws IOException if the identity is not that of the recipient, or something is damaged */
    public Inside open(AgeIdentity identity) throws IOException {
        return open(keyWith(identity));
    }

    /** The key of the inside, 32 bytes: with it, and without the identity, {@link #open(byte[])} opens this snapshot. */
    public byte[] keyWith(AgeIdentity identity) throws IOException {
        return identity.unwrap(wrapped);
    }

    public Inside open(byte[] ownKey) throws IOException {
        return Inside.read(new Sealing(ownKey).open(0, head, sealed));
    }

    /** The first eight digits, as a person names it. */
    public String shortId() {
        return name.sha256Hex().substring(0, 8);
    }

    /** Host and source, to which retention is applied apart from all others. */
    public String series() {
        return outline.host + "/" + outline.source;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Snapshot snapshot && snapshot.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}

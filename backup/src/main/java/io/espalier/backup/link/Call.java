package io.espalier.backup.link;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;

/** What a host that carries out an order asks of the orchestrator, one at a time. */
public sealed interface Call {
    /** Bytes of an object in one call at most. */
    int PIECE = 512 << 10;
    /** No call is longer, and no reply. */
    int LONGEST = PIECE + (4 << 10);

    /** A question of the store, as in {@link io.espalier.backup.transport.Ask}; the reply is its answer. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Look(byte[] question) implements Call {}

    /**
     * A piece of an object; no bytes: where does it stand? The reply is a {@link Taken}.
     *
     * @param offset where the piece belongs
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Put(ObjectName name, long size, long offset, byte[] piece) implements Call {}

    /** The key of a pack of the snapshot that is restored; the reply is as to a question, 32 bytes. */
    record PackKey(ObjectName pack) implements Call {}

    /** How far it is, also as a sign of life; the reply is empty. */
    record Progress(long entries, long bytes, long added, String what) implements Call {}

    default byte[] encode() {
        var out = new ByteWriter();
        switch (this) {
            case Look look -> out.number(1).block(look.question);
            case Put put ->
                out.number(2)
                        .text(put.name.kind().name())
                        .raw(put.name.hash())
                        .number(put.size)
                        .number(put.offset)
                        .block(put.piece);
            case PackKey key -> out.number(3).raw(key.pack.hash());
            case Progress progress ->
                out.number(4)
                        .number(progress.entries)
                        .number(progress.bytes)
                        .number(progress.added)
                        .text(progress.what);
        }
        return out.toBytes();
    }

    static Call decode(byte[] bytes) throws FormatException {
        var in = new ByteReader(bytes);
        Call call = switch (in.integer(4)) {
            case 1 -> new Look(in.block());
            case 2 -> new Put(ObjectName.ofHash(kind(in.text()), in.raw(32)), in.number(), in.number(), in.block());
            case 3 -> new PackKey(ObjectName.ofHash(Kind.PACK, in.raw(32)));
            case 4 -> new Progress(in.number(), in.number(), in.number(), in.text());
            default -> throw new FormatException("no such call");
        };
        in.end();
        return call;
    }

    private static Kind kind(String text) throws FormatException {
        try {
            return Kind.valueOf(text);
        } catch (IllegalArgumentException e) {
            throw new FormatException("no such kind", e);
        }
    }

    /** The reply to a {@link Put}. */
    sealed interface Taken {
        /** @param receipt as text */
        record Have(String receipt) implements Taken {}

        record Need(long offset) implements Taken {}

        /** @param refusal its name */
        record Refused(String refusal, String detail) implements Taken {}

        default byte[] encode() {
            return switch (this) {
                case Have have -> new ByteWriter().number(0).text(have.receipt).toBytes();
                case Need need -> new ByteWriter().number(1).number(need.offset).toBytes();
                case Refused refused ->
                    new ByteWriter()
                            .number(2)
                            .text(refused.refusal)
                            .text(refused.detail)
                            .toBytes();
            };
        }

        static Taken decode(byte[] bytes) throws FormatException {
            var in = new ByteReader(bytes);
            return switch (in.integer(2)) {
                case 0 -> new Have(in.text());
                case 1 -> new Need(in.number());
                case 2 -> new Refused(in.text(), in.text());
                default -> throw new FormatException("no such reply");
            };
        }
    }
}

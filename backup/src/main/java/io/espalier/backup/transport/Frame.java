package io.espalier.backup.transport;

import io.espalier.backup.repository.ObjectName;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What travels in one entry of a stream; all numbers big-endian.
 *
 * <pre>
 * every frame   type 1, sequence 8 (from 0, without gaps, in each direction)
 * OFFER  1      object 4, kind 1, hash 32, size 8, proof 32
 * DATA   2      object 4, offset 8, crc32c 4, bytes
 * BYE    3
 * OPENED 16     epoch 8, credit 8
 * CREDIT 17     credit 8 (bytes of DATA that may have been sent since the session began)
 * NEED   18     object 4, offset 8
 * HAVE   19     object 4, receipt as text
 * REFUSE 20     object 4, refusal 1, detail as text
 * WORKING 21
 * CLOSED 22     detail as text
 * </pre>
 */
public sealed interface Frame {
    /** Of a DATA frame's bytes. With its header an entry stays below 512 KiB, Redis' allocation class. */
    int MAX_DATA = (512 << 10) - 4_096;

    int HEADER = 1 + 8;

    // --- Up -----------------------------------------------------------------------------------

    /** Here is an object; {@code number} counts a session's objects. */
    record Offer(int number, ObjectName name, long size, ByteBuffer proof) implements Frame {}

    /** @param bytes of the object from {@code offset} on; their checksum was right */
    record Data(int number, long offset, ByteBuffer bytes) implements Frame {}

    record Bye() implements Frame {}

    // --- Down ---------------------------------------------------------------------------------

    record Opened(long epoch, long credit) implements Frame {}

    record Credit(long credit) implements Frame {}

    record Need(int number, long offset) implements Frame {}

    record Have(int number, String receipt) implements Frame {}

    record Refuse(int number, Refusal refusal, String detail) implements Frame {}

    record Working() implements Frame {}

    record Closed(String detail) implements Frame {}

    /** A frame and its place in its stream. */
    record Numbered(long sequence, Frame frame) {}

    default byte[] encode(long sequence) {
        return switch (this) {
            case Offer offer -> {
                ByteBuffer to = begin(1, sequence, 4 + 1 + 32 + 8 + 32);
                to.putInt(offer.number).put((byte) offer.name.kind().ordinal());
                to.put(offer.name.hash()).putLong(offer.size).put(offer.proof.duplicate());
                yield to.array();
            }
            case Data data -> {
                ByteBuffer to = begin(2, sequence, 4 + 8 + 4 + data.bytes.remaining());
                to.putInt(data.number).putLong(data.offset).putInt(crc(data.bytes)).put(data.bytes.duplicate());
                yield to.array();
            }
            case Bye() -> begin(3, sequence, 0).array();
            case Opened opened -> begin(16, sequence, 16).putLong(opened.epoch).putLong(opened.credit).array();
            case Credit credit -> begin(17, sequence, 8).putLong(credit.credit).array();
            case Need need -> begin(18, sequence, 12).putInt(need.number).putLong(need.offset).array();
            case Have have -> {
                byte[] text = have.receipt.getBytes(StandardCharsets.UTF_8);
                yield begin(19, sequence, 4 + text.length).putInt(have.number).put(text).array();
            }
            case Refuse refuse -> {
                byte[] text = refuse.detail.getBytes(StandardCharsets.UTF_8);
                ByteBuffer to = begin(20, sequence, 5 + text.length).putInt(refuse.number);
                yield to.put((byte) refuse.refusal.ordinal()).put(text).array();
            }
            case Working() -> begin(21, sequence, 0).array();
            case Closed closed -> {
                byte[] text = closed.detail.getBytes(StandardCharsets.UTF_8);
                yield begin(22, sequence, text.length).put(text).array();
            }
        };
    }

    private static ByteBuffer begin(int type, long sequence, int rest) {
        return ByteBuffer.allocate(HEADER + rest).put((byte) type).putLong(sequence);
    }

    /** Empty if the bytes are no frame, or a DATA frame whose bytes changed on the way. */
    static Optional<Numbered> decode(byte[] bytes) {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        try {
            int type = from.get();
            long sequence = from.getLong();
            return body(type, from).map(frame -> new Numbered(sequence, frame));
        } catch (BufferUnderflowException e) {
            return Optional.empty();
        }
    }

    private static Optional<Frame> body(int type, ByteBuffer from) {
        return switch (type) {
            case 1 -> {
                int number = from.getInt();
                int kind = from.get();
                byte[] hash = new byte[32];
                from.get(hash);
                long size = from.getLong();
                byte[] proof = new byte[32];
                from.get(proof);
                ObjectName.Kind[] kinds = ObjectName.Kind.values();
                yield kind < 0 || kind >= kinds.length
                        ? Optional.empty()
                        : Optional.of(new Offer(
                                number, ObjectName.ofHash(kinds[kind], hash), size, ByteBuffer.wrap(proof)));
            }
            case 2 -> {
                int number = from.getInt();
                long offset = from.getLong();
                int crc = from.getInt();
                ByteBuffer data = from.slice();
                yield crc == crc(data) ? Optional.of(new Data(number, offset, data)) : Optional.empty();
            }
            case 3 -> Optional.of(new Bye());
            case 16 -> Optional.of(new Opened(from.getLong(), from.getLong()));
            case 17 -> Optional.of(new Credit(from.getLong()));
            case 18 -> Optional.of(new Need(from.getInt(), from.getLong()));
            case 19 -> Optional.of(new Have(from.getInt(), text(from)));
            case 20 -> {
                int number = from.getInt();
                int refusal = from.get();
                Refusal[] all = Refusal.values();
                yield refusal < 0 || refusal >= all.length
                        ? Optional.empty()
                        : Optional.of(new Refuse(number, all[refusal], text(from)));
            }
            case 21 -> Optional.of(new Working());
            case 22 -> Optional.of(new Closed(text(from)));
            default -> Optional.empty();
        };
    }

    private static String text(ByteBuffer from) {
        return StandardCharsets.UTF_8.decode(from.slice()).toString();
    }

    private static int crc(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}

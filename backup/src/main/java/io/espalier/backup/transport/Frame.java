package io.espalier.backup.transport;

import io.espalier.backup.repository.ObjectName;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * What travels in one entry of a stream; all numbers big-endian.
 *
 * <pre>
 * every frame   type 1, sequence 8 (from 0, without gaps, in each direction)
 * OFFER  1      object 4, kind 1, hash 32, size 8, proof 32
 * DATA   2      object 4, offset 8, crc32c 4, bytes
 * BYE    3
 * ASK    4      number 4, proof 32, question
 * OPENED 16     epoch 8, credit 8
 * CREDIT 17     credit 8 (bytes of DATA that may have been sent since the session began)
 * NEED   18     object 4, offset 8
 * HAVE   19     object 4, receipt as text
 * REFUSE 20     object 4, refusal 1, detail as text
 * WORKING 21
 * CLOSED 22     detail as text
 * TOLD   23     number 4, proof 32, answer
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

    /** A question of the host's own store, as in {@link io.espalier.backup.transport.Ask}. */
    record Ask(int number, ByteBuffer proof, ByteBuffer bytes) implements Frame {}

    // --- Down ---------------------------------------------------------------------------------

    record Opened(long epoch, long credit) implements Frame {}

    record Credit(long credit) implements Frame {}

    record Need(int number, long offset) implements Frame {}

    record Have(int number, String receipt) implements Frame {}

    record Refuse(int number, Refusal refusal, String detail) implements Frame {}

    record Working() implements Frame {}

    record Closed(String detail) implements Frame {}

    record Told(int number, ByteBuffer proof, ByteBuffer bytes) implements Frame {}

    static byte[] array(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.duplicate().get(array);
        return array;
    }

    /** A frame and its place in its stream. */
    record Numbered(long sequence, Frame frame) {}

    default byte[] encode(long sequence) {
        return switch (this) {
            case Offer offer ->
                frame(
                        1,
                        sequence,
                        4 + 1 + 32 + 8 + 32,
                        to -> to.putInt(offer.number)
                                .put(code(offer.name.kind()))
                                .put(offer.name.hash())
                                .putLong(offer.size)
                                .put(offer.proof.duplicate()));
            case Data data ->
                frame(
                        2,
                        sequence,
                        4 + 8 + 4 + data.bytes.remaining(),
                        to -> to.putInt(data.number)
                                .putLong(data.offset)
                                .putInt(crc(data.bytes))
                                .put(data.bytes.duplicate()));
            case Bye() -> frame(3, sequence, 0, to -> {});
            case Ask ask -> proven(4, sequence, ask.number, ask.proof, ask.bytes);
            case Told told -> proven(23, sequence, told.number, told.proof, told.bytes);
            case Opened opened ->
                frame(16, sequence, 16, to -> to.putLong(opened.epoch).putLong(opened.credit));
            case Credit credit -> frame(17, sequence, 8, to -> to.putLong(credit.credit));
            case Need need ->
                frame(18, sequence, 12, to -> to.putInt(need.number).putLong(need.offset));
            case Have have -> {
                byte[] text = have.receipt.getBytes(StandardCharsets.UTF_8);
                yield frame(
                        19,
                        sequence,
                        4 + text.length,
                        to -> to.putInt(have.number).put(text));
            }
            case Refuse refuse -> {
                byte[] text = refuse.detail.getBytes(StandardCharsets.UTF_8);
                byte code = (byte) refuse.refusal.code();
                yield frame(
                        20,
                        sequence,
                        5 + text.length,
                        to -> to.putInt(refuse.number).put(code).put(text));
            }
            case Working() -> frame(21, sequence, 0, to -> {});
            case Closed closed -> {
                byte[] text = closed.detail.getBytes(StandardCharsets.UTF_8);
                yield frame(22, sequence, text.length, to -> to.put(text));
            }
        };
    }

    private static byte[] proven(int type, long sequence, int number, ByteBuffer proof, ByteBuffer bytes) {
        return frame(
                type,
                sequence,
                4 + 32 + bytes.remaining(),
                to -> to.putInt(number).put(proof.duplicate()).put(bytes.duplicate()));
    }

    private static byte[] frame(int type, long sequence, int rest, Consumer<ByteBuffer> body) {
        byte[] bytes = new byte[HEADER + rest];
        body.accept(ByteBuffer.wrap(bytes).put((byte) type).putLong(sequence));
        return bytes;
    }

    private static byte code(ObjectName.Kind kind) {
        return switch (kind) {
            case PACK -> 1;
            case INDEX -> 2;
            case SNAPSHOT -> 3;
            case KEY -> 4;
            case PIN -> 5;
            case MARK -> 6;
        };
    }

    private static Optional<ObjectName.Kind> kind(byte code) {
        return Arrays.stream(ObjectName.Kind.values())
                .filter(kind -> code(kind) == code)
                .findFirst();
    }

    /** Empty if the bytes are no frame, or a DATA frame whose bytes changed on the way. */
    static Optional<Numbered> decode(ByteBuffer bytes) {
        ByteBuffer from = bytes.duplicate();
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
                Optional<ObjectName.Kind> kind = kind(from.get());
                byte[] hash = new byte[32];
                from.get(hash);
                long size = from.getLong();
                byte[] proof = new byte[32];
                from.get(proof);
                yield kind.map(
                        known -> new Offer(number, ObjectName.ofHash(known, hash), size, ByteBuffer.wrap(proof)));
            }
            case 2 -> {
                int number = from.getInt();
                long offset = from.getLong();
                int crc = from.getInt();
                ByteBuffer data = from.slice();
                yield crc == crc(data) ? Optional.of(new Data(number, offset, data)) : Optional.empty();
            }
            case 3 -> Optional.of(new Bye());
            case 4 -> Optional.of(new Ask(from.getInt(), proof(from), from.slice()));
            case 23 -> Optional.of(new Told(from.getInt(), proof(from), from.slice()));
            case 16 -> Optional.of(new Opened(from.getLong(), from.getLong()));
            case 17 -> Optional.of(new Credit(from.getLong()));
            case 18 -> Optional.of(new Need(from.getInt(), from.getLong()));
            case 19 -> Optional.of(new Have(from.getInt(), text(from)));
            case 20 -> {
                int number = from.getInt();
                Optional<Refusal> refusal = Refusal.of(from.get());
                yield refusal.map(known -> new Refuse(number, known, text(from)));
            }
            case 21 -> Optional.of(new Working());
            case 22 -> Optional.of(new Closed(text(from)));
            default -> Optional.empty();
        };
    }

    private static ByteBuffer proof(ByteBuffer from) {
        byte[] proof = new byte[32];
        from.get(proof);
        return ByteBuffer.wrap(proof);
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

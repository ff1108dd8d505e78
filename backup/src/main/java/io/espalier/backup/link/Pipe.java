package io.espalier.backup.link;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Bytes with a letter before them, between the agent and the process that carries an order out: {@code O} order,
 * {@code C} call, {@code R} reply, {@code E} end. Four bytes length, the letter, the bytes.
 */
public final class Pipe {
    public static final char ORDER = 'O';
    public static final char CALL = 'C';
    public static final char REPLY = 'R';
    public static final char END = 'E';

    private static final int MOST = 2 << 20;

    private final DataInputStream in;
    private final DataOutputStream out;

    /** What came. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Letter(char letter, byte[] bytes) {}

    public Pipe(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = new DataOutputStream(out);
    }

    public void send(char letter, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.writeByte(letter);
        out.write(bytes);
        out.flush();
    }

    /** @throws EOFException if nothing more comes */
    public Letter receive() throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MOST) {
            throw new IOException("a message of " + length + " bytes");
        }
        char letter = (char) in.readUnsignedByte();
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("cut off");
        }
        return new Letter(letter, bytes);
    }
}

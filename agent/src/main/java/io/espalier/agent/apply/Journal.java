package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import io.espalier.protocol.codec.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The append-only file of {@link JournalRecord}s, and the {@link State} that they add up to.
 *
 * <pre>
 * 45 53 50 4a    "ESPJ"
 * 00 00 00 0c    length of the payload, big-endian
 * xx xx xx xx    CRC-32C of length and payload
 * ...            payload
 * </pre>
 *
 * A record that is damaged and has no whole record behind it was being written when the machine stopped: it is cut
 * off. Damage anywhere else is no crash of ours, and nothing is guessed. A write that fails makes the next one start a
 * fresh file with a snapshot, because a failed sync may have lost what the kernel still shows.
 */
final class Journal {

    private static final int MAGIC = 0x4553504a;
    private static final int HEADER = 12;
    /** Larger than any record of a release that fits the agent's memory. */
    private static final long MAX_FILE = 256 << 20;
    /** A journal that has grown beyond this is replaced by a snapshot after an apply. */
    private static final long COMPACT_AT = 256 << 10;

    private final Fs fs;
    private final String path;
    private volatile State state = State.NEW;
    private long size;
    private boolean damaged;

    private Journal(Fs fs, String path) {
        this.fs = fs;
        this.path = path;
    }

    /** @throws IOException if it is damaged elsewhere than at its end; the message says what to do */
    static Journal open(Fs fs, String path) throws IOException {
        var journal = new Journal(fs, path);
        if (fs.look(path).isEmpty()) {
            journal.startAnew();
        } else {
            journal.read(true);
        }
        return journal;
    }

    /** Reads a journal that another process may be writing to; changes nothing. */
    static Journal peek(Fs fs, String path) throws IOException {
        var journal = new Journal(fs, path);
        journal.read(false);
        return journal;
    }

    State state() {
        return state;
    }

    /** Adds a fact and makes it durable. On failure, the state is as before. */
    synchronized void append(JournalRecord next) throws IOException {
        write(next, true);
    }

    /** Adds a fact that becomes durable with the next sync of its file system. */
    synchronized void appendUnsynced(JournalRecord next) throws IOException {
        write(next, false);
    }

    /** Says that a sync of the file system failed behind {@link #appendUnsynced}. */
    synchronized void distrust() {
        damaged = true;
    }

    /** Replaces a long journal by a snapshot; only between applies. */
    synchronized void compact() throws IOException {
        if (size > COMPACT_AT && state.open().isEmpty()) {
            startAnew();
        }
    }

    private void write(JournalRecord next, boolean durably) throws IOException {
        State after = state.after(next);
        if (damaged) {
            repair();
        }
        byte[] framed = frame(next);
        damaged = true;
        fs.append(path, framed);
        if (durably) {
            fs.sync(path);
        }
        damaged = false;
        size += framed.length;
        state = after;
    }

    /** The file may end in half a record, or in one that the disk lost: what is known to be true is written afresh. */
    private void repair() throws IOException {
        startAnew();
        damaged = false;
    }

    private void startAnew() throws IOException {
        String fresh = path + ".new";
        if (fs.look(fresh).isPresent()) {
            fs.remove(fresh);
        }
        State closed =
                new State(state.number(), state.current(), state.previous(), state.last(), java.util.Optional.empty());
        byte[] bytes = frame(new JournalRecord.Snapshot(closed));
        if (state.open().isPresent()) {
            bytes = concat(bytes, frameOpen(state.open().get()));
        }
        try (OutputStream out = fs.create(fresh, 0600, -1, -1)) {
            out.write(bytes);
        }
        fs.sync(fresh);
        fs.rename(fresh, path);
        fs.syncFolder(Fs.folderOf(path));
        size = bytes.length;
    }

    private static byte[] frameOpen(State.Open open) {
        byte[] begun = frame(new JournalRecord.Begun(open.target(), open.transition()));
        return switch (open.phase()) {
            case State.Phase.Begun() -> begun;
            case State.Phase.Switched() -> concat(begun, frame(new JournalRecord.Switched()));
            case State.Phase.Awaiting(var deadline, var uptime, var soFar) ->
                concat(begun, frame(new JournalRecord.Awaiting(deadline, uptime, soFar)));
            case State.Phase.Undoing(var reason, var detail) ->
                concat(begun, frame(new JournalRecord.Undoing(reason, detail)));
        };
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] frame(JournalRecord next) {
        byte[] payload = next.encode();
        return ByteBuffer.allocate(HEADER + payload.length)
                .putInt(MAGIC)
                .putInt(payload.length)
                .putInt(checksum(payload, 0, payload.length))
                .put(payload)
                .array();
    }

    private static int checksum(byte[] bytes, int at, int length) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(4).putInt(length).flip());
        crc.update(bytes, at, length);
        return (int) crc.getValue();
    }

    private void read(boolean mend) throws IOException {
        byte[] bytes = readAll();
        int at = 0;
        while (at < bytes.length) {
            int end = endOfRecord(bytes, at);
            if (end < 0) {
                if (mend) {
                    cutOff(bytes, at);
                }
                break;
            }
            try {
                state = state.after(JournalRecord.decode(Arrays.copyOfRange(bytes, at + HEADER, end)));
            } catch (MalformedException | IllegalStateException | IllegalArgumentException e) {
                throw new IOException(path + ": record at byte " + at + " makes no sense: " + e.getMessage(), e);
            }
            at = end;
        }
        size = at;
        if (at == 0 && mend) {
            startAnew();
        }
    }

    private byte[] readAll() throws IOException {
        if (fs.look(path).filter(entry -> entry.size() <= MAX_FILE).isEmpty()) {
            throw new FsException(FsException.Kind.FAILED, path + ": larger than " + MAX_FILE + " bytes");
        }
        try (InputStream in = fs.open(path)) {
            return in.readAllBytes();
        }
    }

    private void cutOff(byte[] bytes, int at) throws IOException {
        for (int later = at + 1; later < bytes.length; later++) {
            if (endOfRecord(bytes, later) >= 0) {
                throw new IOException(path + ": damaged at byte " + at + " with whole records behind it, from byte "
                        + later + "; restore the file, or remove it after checking by hand what the host holds");
            }
        }
        fs.truncate(path, at);
        fs.sync(path);
    }

    /** Where the whole record at {@code at} ends, or -1 if there is none. */
    private static int endOfRecord(byte[] bytes, int at) {
        if (bytes.length - at < HEADER) {
            return -1;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, at, HEADER);
        if (header.getInt() != MAGIC) {
            return -1;
        }
        int length = header.getInt();
        if (length < 1 || length > bytes.length - at - HEADER) {
            return -1;
        }
        return header.getInt() == checksum(bytes, at + HEADER, length) ? at + HEADER + length : -1;
    }
}

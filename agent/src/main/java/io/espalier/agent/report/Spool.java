package io.espalier.agent.report;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import io.espalier.protocol.wire.Report;
import io.espalier.protocol.wire.ReportBatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Reports in numbered order, on disk until they are taken. A row of small files, each named by the number of its first
 * report; full of the oldest are given up when there are too many, and their reports are counted. Never throws for what
 * the disk does: a report that cannot be written is counted as lost.
 *
 * <pre>
 * 00 00 00 0c    length of the payload, big-endian
 * xx xx xx xx    CRC-32C of length and payload
 * ...            payload: 1 number report | 2 all up to this number are taken, so many were lost
 * </pre>
 *
 * Behind a damaged record nothing of a file is read, and nothing is ever added to a file that an earlier process wrote.
 */
public final class Spool {

    /** Usually, of all files. */
    public static final long MAX_BYTES = 8 << 20;

    private static final int FILE_BYTES = 64 << 10;
    private static final int HEADER = 8;
    private static final int REPORT = 1;
    private static final int MARK = 2;
    /** More than any file of ours has. */
    private static final int MAX_FILE = 4 * FILE_BYTES;

    private final Fs fs;
    private final String folder;
    private final String id;
    private final long maxBytes;
    private final Deque<Part> parts = new ArrayDeque<>();
    private Optional<Part> open = Optional.empty();
    private long next = 1;
    private long taken;
    private long dropped;
    private Optional<Instant> oldest = Optional.empty();

    /** A file, by the first number that it may hold. */
    private static final class Part {
        final String path;
        final long first;
        long size;

        Part(String path, long first, long size) {
            this.path = path;
            this.first = first;
            this.size = size;
        }
    }

    /**
     * What is to be sent.
     *
     * @param last number of the last report
     * @param waiting how many more there are
     */
    public record Batch(long last, long waiting, long dropped, List<Report> reports) {}

    private Spool(Fs fs, String folder, String id, long maxBytes) {
        this.fs = fs;
        this.folder = folder;
        this.id = id;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes up what an earlier process left.
     *
     * @param id of this process: what was taken from an earlier one is believed only as far as it was written down
     * @param maxBytes of all files; at least two of them are kept
     */
    public static Spool open(Fs fs, String folder, String id, long maxBytes) {
        var spool = new Spool(fs, folder, id, maxBytes);
        try {
            if (fs.look(folder).isEmpty()) {
                fs.makeFolder(folder, 0700);
                fs.syncFolder(Fs.folderOf(folder));
            }
            for (String name : fs.list(folder)) {
                spool.takeUp(Fs.in(folder, name));
            }
        } catch (IOException e) {
            spool.complain(e);
        }
        return spool;
    }

    /** Names the row of numbers. */
    public String id() {
        return id;
    }

    /** Since when the oldest report waits that is not taken; empty if none does or it is not known. */
    public synchronized Optional<Instant> oldest() {
        return taken >= next - 1 ? Optional.empty() : oldest;
    }

    public synchronized long dropped() {
        return dropped;
    }

    /** @param durably whether it is to survive a power cut too; it survives a kill in any case */
    public synchronized void add(Report report, boolean durably) {
        long number = next++;
        if (oldest().isEmpty() || taken >= number - 1) {
            oldest = Optional.of(report.at());
        }
        var out = new Writer().number(REPORT).number(number);
        ReportBatch.write(out, report);
        try {
            Part part = open.filter(one -> one.size < FILE_BYTES).orElse(null);
            if (part == null) {
                part = begin(number);
            }
            append(part, out.toBytes());
            if (durably) {
                fs.sync(part.path);
                fs.syncFolder(folder);
            }
        } catch (IOException e) {
            dropped++;
            open = Optional.empty(); // it may end in half a record now
            complain(e);
        }
    }

    /**
     * The oldest reports that were not taken, as many as fit.
     *
     * @param of the id that {@code upTo} belongs to
     * @param upTo all reports up to this number were taken
     * @param maxBytes of their bodies, about; one is always given
     */
    public synchronized Batch collect(String of, long upTo, int maxBytes) {
        if (of.equals(id) && upTo > taken && upTo < next) {
            markTaken(upTo);
        }
        var reports = new ArrayList<Report>();
        long last = taken;
        int size = 0;
        for (Part part : List.copyOf(parts)) {
            for (Numbered one : read(part)) {
                if (one.number <= last) {
                    continue;
                }
                size += one.report.body().length();
                if (!reports.isEmpty() && size > maxBytes) {
                    return new Batch(last, next - 1 - last, dropped, reports);
                }
                if (reports.isEmpty()) {
                    oldest = Optional.of(one.report.at());
                }
                reports.add(one.report);
                last = one.number;
            }
        }
        // What cannot be read any more does not wait for ever
        return new Batch(next - 1, 0, dropped, reports);
    }

    private record Numbered(long number, Report report) {}

    private void markTaken(long upTo) {
        taken = upTo;
        oldest = Optional.empty();
        try {
            if (taken == next - 1
                    && open.filter(part -> part.size < FILE_BYTES / 2).isEmpty()) {
                open = Optional.empty(); // so that it can go
            }
            if (open.isPresent()) {
                append(open.get(), mark());
            }
            while (!parts.isEmpty()
                    && endOf(parts.getFirst()) <= taken
                    && !open.equals(Optional.of(parts.getFirst()))) {
                fs.remove(parts.getFirst().path);
                parts.removeFirst();
            }
        } catch (IOException e) {
            open = Optional.empty();
            complain(e);
        }
    }

    /** The last number that a part may hold. */
    private long endOf(Part part) {
        return parts.stream()
                        .filter(other -> other.first > part.first)
                        .mapToLong(other -> other.first)
                        .min()
                        .orElse(next)
                - 1;
    }

    private byte[] mark() {
        return new Writer().number(MARK).number(taken).number(dropped).toBytes();
    }

    private void append(Part part, byte[] payload) throws IOException {
        byte[] framed = frame(payload);
        fs.append(part.path, framed);
        part.size += framed.length;
    }

    /** @param first number of the report that it is begun for */
    private Part begin(long first) throws IOException {
        open = Optional.empty();
        List<Part> gone = makeRoom();
        String path = Fs.in(folder, String.format(Locale.ROOT, "%016d", first));
        if (fs.look(path).isPresent()) {
            fs.remove(path);
        }
        byte[] header = frame(mark());
        try (OutputStream out = fs.create(path, 0600, Entry.UNCHANGED, Entry.UNCHANGED)) {
            out.write(header);
        }
        var part = new Part(path, first, header.length);
        parts.addLast(part);
        open = Optional.of(part);
        for (Part old : gone) { // only now that it is written down how many go with it
            fs.remove(old.path);
        }
        return part;
    }

    private List<Part> makeRoom() {
        var gone = new ArrayList<Part>();
        while (parts.size() > 1 && parts.stream().mapToLong(part -> part.size).sum() + FILE_BYTES > maxBytes) {
            Part first = parts.getFirst();
            long end = endOf(first);
            if (end > taken) {
                dropped += end - Math.max(taken, first.first - 1);
                taken = end;
                oldest = Optional.empty();
            }
            gone.add(parts.removeFirst());
        }
        return gone;
    }

    private void takeUp(String path) throws IOException {
        long first;
        try {
            first = Long.parseLong(Fs.nameOf(path));
        } catch (NumberFormatException e) {
            return; // not ours
        }
        Entry entry = fs.look(path).filter(Entry::isFile).orElse(null);
        if (entry == null) {
            return;
        }
        var part = new Part(path, first, entry.size());
        parts.addLast(part);
        next = Math.max(next, first + 1);
        List<Numbered> held = read(part);
        if (!held.isEmpty()) {
            next = Math.max(next, held.getLast().number + 1);
        }
    }

    /** What can be read of a part; marks on the way count. */
    private List<Numbered> read(Part part) {
        var found = new ArrayList<Numbered>();
        byte[] bytes;
        try (InputStream in = fs.open(part.path)) {
            bytes = in.readNBytes(MAX_FILE);
        } catch (IOException e) {
            complain(e);
            return found;
        }
        int at = 0;
        while (at < bytes.length) {
            int end = endOfRecord(bytes, at);
            if (end < 0) {
                break;
            }
            try {
                var in = new Reader(Arrays.copyOfRange(bytes, at + HEADER, end));
                if (in.number() == REPORT) {
                    found.add(new Numbered(in.number(), ReportBatch.read(in)));
                } else {
                    taken = Math.max(taken, in.number());
                    dropped = Math.max(dropped, in.number());
                    next = Math.max(next, taken + 1);
                }
            } catch (MalformedException | IllegalArgumentException e) {
                break; // of another version
            }
            at = end;
        }
        return found;
    }

    private static byte[] frame(byte[] payload) {
        return ByteBuffer.allocate(HEADER + payload.length)
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

    /** Where the whole record at {@code at} ends, or -1 if there is none. */
    private static int endOfRecord(byte[] bytes, int at) {
        if (bytes.length - at < HEADER) {
            return -1;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, at, HEADER);
        int length = header.getInt();
        if (length < 1 || length > bytes.length - at - HEADER) {
            return -1;
        }
        return header.getInt() == checksum(bytes, at + HEADER, length) ? at + HEADER + length : -1;
    }

    private void complain(IOException e) {
        System.err.println("reports: " + e.getMessage());
    }
}

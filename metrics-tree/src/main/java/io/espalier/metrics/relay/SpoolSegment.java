package io.espalier.metrics.relay;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import io.espalier.metrics.bytes.Framed;
import io.espalier.metrics.disk.DataFolder;
import io.espalier.metrics.tree.Ledger;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A part of the spool. The state at its start, then commits: parcels and, once they are all there, what ends them.
 * Parcels without their end are none. Used by one thread at a time.
 *
 * <pre>
 * segment = state (parcel* end)*        each a block with its length and checksum
 * state   = 'S' channels ledger
 * parcel  = 'P' upstream parcel
 * end     = 'C' ledger
 * </pre>
 */
final class SpoolSegment implements AutoCloseable {
    private static final int MAX_BLOCK = 64 << 20;
    /** Parcels that are read at once. */
    static final int MOST = 1024;

    private static final int STATE = 'S';
    private static final int PARCEL = 'P';
    private static final int END = 'C';

    /** A parcel and whom it is for. */
    record Addressed(String upstream, Parcel parcel) {}

    /**
     * What becomes durable at once.
     *
     * @param marks that changed in the ledger
     */
    record Commit(List<Addressed> parcels, Map<String, Ledger.Mark> marks) {
        Commit {
            parcels = List.copyOf(parcels);
            marks = Map.copyOf(marks);
        }
    }

    /** Numbers of the parcels for one upstream, both inclusive, and the leaves in all before and up to them. */
    record Range(long first, long last, long leavesBefore, long leavesAfter) {}

    /** Takes what a segment holds when it is opened. */
    interface Replay {
        void commit(SpoolSegment segment, Commit commit) throws BadBytesException;
    }

    /** Where reading for an upstream goes on: behind the parcel of this number. */
    private record Place(long number, long offset) {}

    private final Path path;
    private final FileChannel file;
    private long end;
    private long start;
    private boolean isSpoiled;
    private final Map<String, Range> ranges = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();

    private SpoolSegment(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
    }

    static SpoolSegment create(Path dir, long number, BytesOut state) throws IOException {
        Path path = dir.resolve(String.format("%012d.spool", number));
        FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            var segment = new SpoolSegment(path, file);
            segment.end = block(file, 0, STATE, state);
            segment.start = segment.end;
            file.force(true);
            DataFolder.sync(dir);
            return segment;
        } catch (IOException e) {
            file.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    static SpoolSegment open(Path path) throws IOException {
        return new SpoolSegment(path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    private static long block(FileChannel file, long at, int tag, BytesOut content) throws IOException {
        var out = new BytesOut(content.size() + 1);
        out.u1(tag);
        out.raw(content.array(), 0, content.size());
        file.position(at);
        Framed.write(file, out.array(), out.size());
        return at + Framed.HEAD + out.size();
    }

    long number() {
        String name = path.getFileName().toString();
        return Long.parseLong(name.substring(0, name.indexOf('.')));
    }

    /** Bytes that count. */
    long size() {
        return end;
    }

    // --- Starting ---

    /** True if the process died before the segment had its state: nothing was ever promised on its account. */
    boolean isUnfinished() throws IOException {
        if (file.size() < Framed.HEAD) {
            return true;
        }
        int length = Framed.fill(file, 0, Framed.HEAD).getInt();
        return length >= 0 && length <= MAX_BLOCK && file.size() < Framed.HEAD + (long) length;
    }

    /** @throws IOException if it is damaged */
    BytesIn state() throws IOException {
        byte[] first = Framed.read(file, 0, MAX_BLOCK);
        if (first.length == 0 || first[0] != STATE) {
            throw new BadBytesException("no state at the start");
        }
        start = Framed.HEAD + (long) first.length;
        end = start;
        return new BytesIn(first, 1, first.length - 1);
    }

    /** Gives all that was committed to {@code replay}, and cuts off what was not. */
    void replay(Replay replay) throws IOException {
        var parcels = new ArrayList<Addressed>();
        long at = end;
        while (at < file.size()) {
            Optional<byte[]> block = blockAt(at);
            if (block.isEmpty()) {
                break;
            }
            byte[] bytes = block.get();
            at += Framed.HEAD + bytes.length;
            var in = new BytesIn(bytes, 1, bytes.length - 1);
            if (bytes[0] == PARCEL) {
                parcels.add(addressed(bytes, in));
            } else {
                end = at;
                replay.commit(this, new Commit(parcels, Ledger.read(in)));
                parcels.clear();
            }
        }
        if (end < file.size()) {
            file.truncate(end);
        }
    }

    private Optional<byte[]> blockAt(long at) throws IOException {
        try {
            byte[] bytes = Framed.read(file, at, MAX_BLOCK);
            return bytes.length > 0 && (bytes[0] == PARCEL || bytes[0] == END) ? Optional.of(bytes) : Optional.empty();
        } catch (BadBytesException | java.io.EOFException e) {
            // Torn while it was written, most likely; what was lost otherwise shows in the next segment's state.
            return Optional.empty();
        }
    }

    private static Addressed addressed(byte[] bytes, BytesIn in) throws BadBytesException {
        String upstream = in.text();
        int offset = bytes.length - in.left();
        return new Addressed(upstream, Parcel.of(Arrays.copyOfRange(bytes, offset, bytes.length)));
    }

    // --- Appending ---

    void append(Commit commit) throws IOException {
        long at = end;
        for (Addressed addressed : commit.parcels) {
            var out = new BytesOut(addressed.parcel.bytes().length + 64);
            out.text(addressed.upstream);
            out.raw(addressed.parcel.bytes(), 0, addressed.parcel.bytes().length);
            at = block(file, at, PARCEL, out);
        }
        var marks = new BytesOut(64);
        Ledger.write(commit.marks, marks);
        at = block(file, at, END, marks);
        file.force(false);
        end = at;
    }

    /** It has {@code parcel} for {@code upstream}. */
    void holds(String upstream, Parcel parcel) {
        long after = parcel.before() + parcel.leaves();
        Range range = ranges.get(upstream);
        ranges.put(
                upstream,
                range == null
                        ? new Range(parcel.number(), parcel.number(), parcel.before(), after)
                        : new Range(range.first, parcel.number(), range.leavesBefore, after));
    }

    /** Empty if it has none for this upstream. */
    Optional<Range> range(String upstream) {
        return Optional.ofNullable(ranges.get(upstream));
    }

    // --- Reading ---

    /** True if a part of it could not be read: better not to write more behind it. */
    boolean isSpoiled() {
        return isSpoiled;
    }

    /** At least one of those numbered above {@code after}, if there is one, and no more than {@code most} bytes go. */
    List<Parcel> read(String upstream, long after, int most, BiConsumer<String, String> notes) throws IOException {
        Place place = places.get(upstream);
        long at = place != null && place.number <= after ? place.offset : start;
        var found = new ArrayList<Parcel>();
        int bytes = 0;
        while (at < end && found.size() < MOST && (bytes < most || found.isEmpty())) {
            byte[] block;
            try {
                block = Framed.read(file, at, MAX_BLOCK);
            } catch (BadBytesException e) {
                if (!isSpoiled) {
                    isSpoiled = true;
                    notes.accept("drops,spool", path + ": " + e.getMessage());
                }
                break;
            }
            at += Framed.HEAD + block.length;
            if (block[0] == PARCEL) {
                Addressed addressed = addressed(block, new BytesIn(block, 1, block.length - 1));
                Parcel parcel = addressed.parcel;
                if (addressed.upstream.equals(upstream) && parcel.number() > after) {
                    found.add(parcel);
                    bytes += parcel.bytes().length;
                    places.put(upstream, new Place(parcel.number(), at));
                }
            }
        }
        return found;
    }

    void delete() throws IOException {
        file.close();
        Files.deleteIfExists(path);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

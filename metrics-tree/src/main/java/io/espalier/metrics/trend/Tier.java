package io.espalier.metrics.trend;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import io.espalier.metrics.bytes.Framed;
import io.espalier.metrics.disk.DataFolder;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One fineness of history in a folder of its own: full blocks are segments, the newest is a {@link Head} in memory
 * and a journal on disk with the same frames. A journal that ends within a frame is cut there; a segment that is
 * damaged is put aside. Retention removes whole segments. The lock is the tier itself.
 */
final class Tier implements AutoCloseable {
    private static final int MAX_FRAME = 64 << 20;

    /**
     * @param step    seconds between rows
     * @param keep    seconds for which a row is kept, at least
     * @param block   rows of a segment, at most
     * @param columns 1: values; 4: sum, count, least, greatest
     * @param bytes   of memory for a block; a fuller one is cut early
     */
    record Plan(int step, long keep, int block, int columns, long bytes) {}

    private final Plan plan;
    private final Path dir;
    private final Consumer<String> complaints;
    private final List<Segment> segments = new ArrayList<>();
    private @Nullable Head head;
    private @Nullable FileChannel journal;

    Tier(Path dir, Plan plan, Consumer<String> complaints) throws IOException {
        this.dir = dir;
        this.plan = plan;
        this.complaints = complaints;
        Files.createDirectories(dir);
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(dir)) {
            all.forEach(files::add);
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.endsWith(".new")) {
                Files.delete(file);
            } else if (name.endsWith(".segment")) {
                open(file);
            }
        }
        segments.sort(Comparator.comparingLong(segment -> segment.from));
        files.removeIf(file -> !file.toString().endsWith(".journal"));
        files.sort(Comparator.naturalOrder());
        for (Path file : files) {
            replay(file);
        }
    }

    private void open(Path file) throws IOException {
        try {
            segments.add(Segment.open(file));
        } catch (BadBytesException | EOFException e) {
            complaints.accept(file + ": " + e.getMessage());
            Files.move(file, file.resolveSibling(file.getFileName() + ".bad"));
        }
    }

    private Path file(long from, String kind) {
        // So many digits that names sort as numbers do.
        return dir.resolve("%012d.%s".formatted(from, kind));
    }

    // --- Writing ---

    /** Seconds since 1970 of the next row that would be taken; 0 when there is none yet. */
    synchronized long end() {
        return head != null
                ? head.from + (long) head.slots() * plan.step
                : segments.isEmpty() ? 0 : segments.getLast().to;
    }

    /** Of the oldest row. */
    synchronized Optional<Long> start() {
        return !segments.isEmpty()
                ? Optional.of(segments.getFirst().from)
                : Optional.ofNullable(head).map(held -> held.from);
    }

    int step() {
        return plan.step;
    }

    /** @param time a multiple of the step */
    synchronized void append(long time, Rows rows) throws IOException {
        if (time < end()) {
            throw new TrendException(
                    TrendException.Reason.LATE, "a row of " + time + ", when " + end() + " is the next that is taken");
        }
        if (head != null && isFull(head, time)) {
            cut(head);
        }
        Head into = head;
        if (into == null) {
            into = begin(time);
        }
        int slot = (int) ((time - into.from) / plan.step);
        BytesOut frame = encode(into, slot, rows);
        FileChannel out = journal;
        if (out != null) {
            out.position(out.size());
            long before = out.size();
            try {
                Framed.write(out, frame.array(), frame.size());
                out.force(false);
            } catch (IOException e) {
                out.truncate(before);
                throw e;
            }
        }
        decode(into, new BytesIn(frame.array(), 0, frame.size()));
        expire(time);
    }

    private boolean isFull(Head held, long time) {
        return time >= held.from + (long) plan.block * plan.step || held.bytes() > plan.bytes;
    }

    private Head begin(long time) throws IOException {
        var fresh = new Head(time, plan.step, plan.columns);
        journal = FileChannel.open(
                file(time, "journal"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        DataFolder.sync(dir);
        head = fresh;
        return fresh;
    }

    /** Makes a segment of the head. */
    private void cut(Head full) throws IOException {
        Path file = file(full.from, "segment");
        DataFolder.replace(file, channel -> Segment.write(full, channel));
        segments.add(Segment.open(file));
        head = null;
        closeJournal();
        Files.deleteIfExists(file(full.from, "journal"));
    }

    private void closeJournal() throws IOException {
        if (journal != null) {
            journal.close();
            journal = null;
        }
    }

    private void expire(long now) throws IOException {
        while (!segments.isEmpty() && segments.getFirst().to <= now - plan.keep) {
            Segment oldest = segments.removeFirst();
            oldest.close();
            Files.deleteIfExists(oldest.path);
        }
    }

    /** A row in the journal: slot, names that are new, then each column over all series. */
    private BytesOut encode(Head into, int slot, Rows rows) {
        var out = new BytesOut(64 + rows.size() * 4);
        out.varint(slot);
        int known = into.all().size();
        var fresh = new ArrayList<String>();
        int[] rowOf = new int[known];
        Arrays.fill(rowOf, -1);
        var freshRows = new ArrayList<Integer>();
        for (int row = 0; row < rows.size(); row++) {
            Head.Column column = into.find(rows.key(row));
            if (column == null) {
                fresh.add(rows.key(row));
                freshRows.add(row);
            } else {
                rowOf[column.id] = row;
            }
        }
        out.varint(fresh.size());
        fresh.forEach(out::text);
        for (int c = 0; c < plan.columns; c++) {
            var codes = new Codes();
            for (int id = 0; id < known; id++) {
                if (rowOf[id] < 0) {
                    codes.gap(1);
                } else {
                    codes.value(bits(rows.value(rowOf[id], c)), into.all().get(id).before[c]);
                }
            }
            for (int row : freshRows) {
                codes.value(bits(rows.value(row, c)), 0);
            }
            codes.write(out);
        }
        return out;
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }

    private void decode(Head into, BytesIn in) throws BadBytesException {
        int slot = in.count(Integer.MAX_VALUE);
        if (slot < into.slots()) {
            throw new BadBytesException("a row of slot " + slot + " after " + into.slots());
        }
        for (int left = in.count(in.left()); left > 0; left--) {
            into.make(in.text());
        }
        for (int c = 0; c < plan.columns; c++) {
            byte[] bytes = in.block();
            var codes = new Codes.Reader(bytes, 0, bytes.length);
            for (Head.Column column : into.all()) {
                if (codes.hasNext() && codes.next()) {
                    into.put(column, slot, c, codes.bits(column.before[c]));
                }
            }
        }
        into.fill(slot);
    }

    private void replay(Path file) throws IOException {
        long from = Long.parseLong(file.getFileName().toString().replace(".journal", ""));
        if (!segments.isEmpty() && segments.getLast().from >= from) {
            // The segment was written, and then the process ended.
            Files.delete(file);
            return;
        }
        if (head != null) {
            cut(head);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        journal = channel;
        var back = new Head(from, plan.step, plan.columns);
        head = back;
        long at = 0;
        while (at < channel.size()) {
            try {
                byte[] frame = Framed.read(channel, at, MAX_FRAME);
                decode(back, new BytesIn(frame));
                at += Framed.HEAD + frame.length;
            } catch (BadBytesException | EOFException e) {
                complaints.accept(file + " is cut at " + at + ": " + e.getMessage());
                channel.truncate(at);
            }
        }
    }

    // --- Reading ---

    synchronized void names(String prefix, long from, long to, Consumer<String> name) {
        for (Segment segment : segments) {
            if (segment.from < to && segment.to > from) {
                try {
                    segment.names(prefix, name);
                } catch (BadBytesException e) {
                    complaints.accept(String.valueOf(e.getMessage()));
                }
            }
        }
        if (head != null && head.from < to) {
            for (Head.Column column : head.all()) {
                if (column.key.startsWith(prefix)) {
                    name.accept(column.key);
                }
            }
        }
    }

    /** Gives the points of {@code key} from {@code from} to {@code to}, oldest first. */
    synchronized void read(String key, long from, long to, Points points) {
        Points part = (time, sum, n, least, greatest) -> {
            if (time >= from && time < to) {
                points.add(time, sum, n, least, greatest);
            }
        };
        for (Segment segment : segments) {
            if (segment.from < to && segment.to > from) {
                try {
                    segment.read(key, part);
                } catch (IOException e) {
                    complaints.accept(String.valueOf(e.getMessage()));
                }
            }
        }
        if (head != null && head.from < to) {
            try {
                head.read(key, part);
            } catch (BadBytesException e) {
                complaints.accept(String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closeJournal();
        segments.forEach(Segment::close);
    }

    /** Names of all rows from {@code from} on. */
    Set<String> all(long from) {
        var names = new LinkedHashSet<String>();
        names("", from, Long.MAX_VALUE, names::add);
        return names;
    }
}

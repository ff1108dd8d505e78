package io.espalier.metrics.relay;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import io.espalier.metrics.tree.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * What is to be sent on, on disk. One log for all upstreams, so that one sync makes an interval's parcels durable for
 * all of them, together with the ledger of what was taken from other relays: after a crash all of it is there, or
 * nothing. Segments go away when every upstream has all of them on its own disk, or, oldest first, when there is no
 * more room. Safe for all threads.
 */
final class Spool implements AutoCloseable {
    /** Segments that the room is divided into: what one drop takes. */
    private static final int PARTS = 16;

    /** What one upstream is to get of an interval. */
    static final class Content {
        final String upstream;
        final int leaves;
        final byte[] deflated;

        Content(String upstream, int leaves, byte[] deflated) {
            this.upstream = upstream;
            this.leaves = leaves;
            this.deflated = deflated;
        }
    }

    /**
     * How much of a spool there is for an upstream.
     *
     * @param parcels not merged there yet
     * @param leaves  in them
     * @param kept    parcels that are not durable there, those not merged among them
     * @param dropped parcels that found no room since the start
     * @param droppedLeaves in them
     */
    record Queue(long parcels, long leaves, long kept, long dropped, long droppedLeaves) {}

    private final Path dir;
    private final long limit;
    private final BiConsumer<String, String> notes;
    private final Map<String, Channel> channels = new TreeMap<>();
    private Map<String, Ledger.Mark> ledger = new HashMap<>();
    private final Deque<SpoolSegment> segments = new ArrayDeque<>();
    private boolean isBroken;

    private Spool(Path dir, long limit, BiConsumer<String, String> notes) {
        this.dir = dir;
        this.limit = limit;
        this.notes = notes;
    }

    /**
     * Opens what is in {@code dir}; whatever was being written when the process died is cut off.
     *
     * @param limit     bytes on disk
     * @param upstreams that it is for; parcels for others are forgotten
     * @param notes     told what went wrong: a reason and a sample
     */
    static Spool open(Path dir, long limit, Set<String> upstreams, BiConsumer<String, String> notes)
            throws IOException {
        Files.createDirectories(dir);
        var spool = new Spool(dir, limit, notes);
        for (Path file : files(dir)) {
            spool.load(file);
        }
        for (String gone : new HashSet<>(spool.channels.keySet())) {
            if (!upstreams.contains(gone)) {
                long left = spool.queue(gone).parcels();
                if (left > 0) {
                    notes.accept("relay,removed-upstreams", gone + ": " + left + " parcels");
                }
                spool.channels.remove(gone);
            }
        }
        for (String upstream : upstreams) {
            spool.channels.computeIfAbsent(upstream, _ -> Channel.fresh());
        }
        // A sender's name is on disk before anybody hears of it.
        spool.roll();
        spool.trim();
        return spool;
    }

    private static List<Path> files(Path dir) throws IOException {
        try (Stream<Path> all = Files.list(dir)) {
            return all.filter(file -> file.getFileName().toString().endsWith(".spool"))
                    .sorted()
                    .toList();
        }
    }

    // --- Starting ---

    private void load(Path file) throws IOException {
        SpoolSegment segment = SpoolSegment.open(file);
        if (segment.isUnfinished()) {
            segment.delete();
            return;
        }
        try {
            state(segment.state(), file);
        } catch (BadBytesException e) {
            segment.close();
            Files.move(file, file.resolveSibling(file.getFileName() + ".bad"), StandardCopyOption.REPLACE_EXISTING);
            notes.accept("drops,spool", file + ": " + e.getMessage());
            return;
        }
        segment.replay(this::apply);
        segments.add(segment);
    }

    /** What holds at the start of a segment: more than what came before if that was damaged. */
    private void state(BytesIn in, Path file) throws IOException {
        for (int left = in.count(1 << 16); left > 0; left--) {
            String name = in.text();
            Channel then = Channel.read(in);
            Channel now = channels.get(name);
            if (now != null && now.id.equals(then.id)) {
                if (then.number > now.number) {
                    notes.accept(
                            "drops,spool", "before " + file + ": parcels " + (now.number + 1) + " to " + then.number);
                    now.advance(then);
                }
                now.merged(then.merged, then.mergedLeaves);
            } else {
                channels.put(name, then);
            }
        }
        ledger = new HashMap<>(Ledger.read(in));
    }

    private void apply(SpoolSegment segment, SpoolSegment.Commit commit) throws BadBytesException {
        for (SpoolSegment.Addressed addressed : commit.parcels()) {
            Channel channel = channels.get(addressed.upstream());
            if (channel != null && addressed.parcel().number() > channel.number) {
                channel.took(addressed.parcel());
                segment.holds(addressed.upstream(), addressed.parcel());
            }
        }
        ledger.putAll(commit.marks());
    }

    /** What of other relays is in it. */
    synchronized Map<String, Ledger.Mark> ledger() {
        return Map.copyOf(ledger);
    }

    // --- Appending ---

    /**
     * Makes all of {@code contents} and {@code marks} durable at once. After an exception nothing of it counts; the
     * same call again, with the same contents, may succeed.
     */
    synchronized void append(List<Content> contents, Map<String, Ledger.Mark> marks, long made) throws IOException {
        var changed = new HashMap<String, Ledger.Mark>();
        marks.forEach((sender, mark) -> {
            if (!mark.equals(ledger.get(sender))) {
                changed.put(sender, mark);
            }
        });
        if (contents.isEmpty() && changed.isEmpty()) {
            return;
        }
        if (isBroken || segments.getLast().isSpoiled() || segments.getLast().size() >= limit / PARTS) {
            roll();
        }
        SpoolSegment segment = segments.getLast();
        var parcels = new ArrayList<SpoolSegment.Addressed>();
        var numbered = new HashMap<String, Channel>();
        for (Content content : contents) {
            Channel channel = numbered.computeIfAbsent(
                    content.upstream, name -> channel(name).copy());
            Parcel parcel = Parcel.of(Parcel.write(
                    channel.number + 1, channel.leaves, content.leaves, channel.checksum, made, content.deflated));
            channel.took(parcel);
            parcels.add(new SpoolSegment.Addressed(content.upstream, parcel));
        }
        var commit = new SpoolSegment.Commit(parcels, changed);
        try {
            segment.append(commit);
        } catch (IOException e) {
            // Of a file that could not be synced nobody knows what is on the disk: go on in another one.
            isBroken = true;
            throw e;
        }
        apply(segment, commit);
        // Senders that the ledger forgot need not be remembered here.
        ledger.keySet().retainAll(marks.keySet());
        trim();
    }

    private Channel channel(String upstream) {
        Channel channel = channels.get(upstream);
        if (channel == null) {
            throw new IllegalArgumentException("no upstream named " + upstream);
        }
        return channel;
    }

    private void roll() throws IOException {
        long number = segments.isEmpty() ? 1 : segments.getLast().number() + 1;
        var state = new BytesOut(1024);
        state.varint(channels.size());
        channels.forEach((name, channel) -> {
            state.text(name);
            channel.write(state);
        });
        Ledger.write(ledger, state);
        segments.add(SpoolSegment.create(dir, number, state));
        isBroken = false;
    }

    // --- Going away ---

    private void trim() throws IOException {
        while (segments.size() > 1 && isDone(segments.getFirst())) {
            segments.removeFirst().delete();
        }
        while (segments.size() > 1 && bytes() > limit) {
            SpoolSegment oldest = segments.removeFirst();
            channels.forEach((name, channel) -> oldest.range(name).ifPresent(range -> {
                long parcels = range.last() - Math.max(range.first() - 1, channel.merged);
                if (parcels > 0) {
                    channel.dropped += parcels;
                    long leaves =
                            Math.max(0, range.leavesAfter() - Math.max(range.leavesBefore(), channel.mergedLeaves));
                    channel.droppedLeaves += leaves;
                    notes.accept("drops,relay-spool", name + ": " + parcels + " parcels, " + leaves + " leaves");
                }
            }));
            oldest.delete();
        }
    }

    private boolean isDone(SpoolSegment segment) {
        return channels.entrySet().stream()
                .allMatch(entry -> segment.range(entry.getKey())
                        .map(range -> range.last() <= entry.getValue().durable)
                        .orElse(true));
    }

    // --- Sending ---

    /** Who sends to {@code upstream}. */
    synchronized String sender(String upstream) {
        return channel(upstream).id;
    }

    /** The parcel of this number, if it is still there. */
    synchronized Optional<Parcel> at(String upstream, long number) throws IOException {
        return after(upstream, number - 1, 1).stream().findFirst().filter(parcel -> parcel.number() == number);
    }

    /** Number of the last parcel, leaves up to it, and its checksum. */
    synchronized Ledger.Mark end(String upstream) {
        Channel channel = channel(upstream);
        return new Ledger.Mark(channel.number, channel.leaves, channel.checksum, 0);
    }

    /** Parcels numbered above {@code after}, in order; at most so many bytes, but at least one if there is one. */
    synchronized List<Parcel> after(String upstream, long after, int most) throws IOException {
        var found = new ArrayList<Parcel>();
        int bytes = 0;
        for (SpoolSegment segment : segments) {
            Optional<SpoolSegment.Range> range = segment.range(upstream);
            if (range.isEmpty() || range.get().last() <= after) {
                continue;
            }
            for (Parcel parcel : segment.read(upstream, after, most - bytes, notes)) {
                bytes += parcel.bytes().length;
                found.add(parcel);
            }
            if (bytes >= most
                    || found.size() >= SpoolSegment.MOST
                    || (!found.isEmpty()
                            && found.getLast().number() < range.get().last())) {
                break;
            }
        }
        return List.copyOf(found);
    }

    /** The upstream has all up to {@code merged}, and a kill would leave it all up to {@code durable}. */
    synchronized void standing(String upstream, long merged, long mergedLeaves, long durable) throws IOException {
        Channel channel = channel(upstream);
        channel.merged(merged, mergedLeaves);
        channel.durable = durable;
        trim();
    }

    synchronized Queue queue(String upstream) {
        Channel channel = channel(upstream);
        return new Queue(
                channel.number - Math.min(channel.merged, channel.number),
                Math.max(0, channel.leaves - channel.mergedLeaves),
                channel.number - Math.min(channel.durable, channel.number),
                channel.dropped,
                channel.droppedLeaves);
    }

    synchronized long bytes() {
        return segments.stream().mapToLong(SpoolSegment::size).sum();
    }

    long limit() {
        return limit;
    }

    @Override
    public synchronized void close() throws IOException {
        for (SpoolSegment segment : segments) {
            segment.close();
        }
    }
}

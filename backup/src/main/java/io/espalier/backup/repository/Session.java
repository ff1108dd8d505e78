package io.espalier.backup.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.PackBuilder.Sealed;
import io.espalier.backup.repository.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * One backup that is being written. The caller hands chunks in, in one thread; two threads compress and seal them; packs
 * go to the sink as they fill.
 *
 * <p>The order that keeps the repository whole (see {@code docs/spec/backup.md}): the session's pin first; then marks are
 * read, then indexes; then packs are put, an index only after its packs, the snapshot only after all indexes, and the pin's
 * end after the snapshot.
 */
public final class Session implements AutoCloseable {

    private static final Duration LEASE = Duration.ofHours(24);
    private static final Duration RENEWAL = Duration.ofHours(1);
    /** Chunks that wait to be compressed hold so much memory at most, in KiB. */
    private static final int WAITING_KIB = 20 << 10;

    /** More than there can ever be: who takes them all waits for every pack that is on its way. */
    private static final int UNDER_WAY_LIMIT = 1 << 20;

    /** An index is put after so many packs, so that a backup that is cut off is not for nothing. */
    private static final int PACKS_PER_INDEX = 64;

    private static final int COMPRESSORS = 2;
    private static final int LEVEL = 3;

    private final ClientKey key;
    private final ObjectReader reader;
    private final ObjectSink sink;
    private final InstantSource clock;
    private final Instant startedAt;
    private final UUID id = UUID.randomUUID();
    private final Mac mac;
    private final ChunkTable table;
    private final BitSet reused = new BitSet();
    private final Map<Family, PackLine> lines = new EnumMap<>(Family.class);
    private final ArrayBlockingQueue<Task> tasks = new ArrayBlockingQueue<>(4096);
    private final Semaphore waiting = new Semaphore(WAITING_KIB);
    private final Semaphore underWay = new Semaphore(UNDER_WAY_LIMIT);
    private final ExecutorService threads;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicLong added = new AtomicLong();
    private final List<Index.Packed> unindexed = new ArrayList<>();
    private final Set<ObjectName> written = new HashSet<>();
    private List<ObjectName> seenMarks = List.of();
    private long pinNumber;
    private Instant renewedAt;
    private long stored;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Task(ChunkId id, Family family, byte[] content, int cost) {
        boolean isStop() {
            return cost == 0;
        }
    }

    private static final Task STOP = new Task(new ChunkId(0, 0, 0, 0), Family.CONTENT, new byte[0], 0);

    private Session(ObjectReader reader, ObjectSink sink, ClientKey key, InstantSource clock)
            throws IOException, InterruptedException {
        this.key = key;
        this.reader = reader;
        this.sink = sink;
        this.clock = clock;
        this.startedAt = clock.instant();
        this.renewedAt = startedAt;
        putPin(false); // I7: before marks and indexes are read
        Map<ObjectName, Mark> marks = Mark.all(reader);
        this.seenMarks = List.copyOf(marks.keySet());
        putPin(false); // I8: says which marks it minds
        this.table = Repository.openForSession(reader, key, marks.values()).table();
        this.mac = key.chunkMac();
        for (Family family : Family.values()) {
            lines.put(family, new PackLine(family, key, table, this::carry));
        }
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("backup-", 0).daemon().factory());
        for (int i = 0; i < COMPRESSORS; i++) {
            threads.execute(this::compress);
        }
    }

    /** Begins. {@code reader} and {@code sink} lead to the same repository. */
    public static Session begin(ObjectReader reader, ObjectSink sink, ClientKey key, InstantSource clock)
            throws IOException, InterruptedException {
        return new Session(reader, sink, key, clock);
    }

    public ClientKey key() {
        return key;
    }

    public Instant startedAt() {
        return startedAt;
    }

    /** How many bytes of objects were put so far. */
    public long added() {
        return added.get();
    }

    /** True if a chunk need not be stored again. The snapshot will then rely on it. */
    public boolean reuse(ChunkId chunk) {
        int pack = table.packIfKnown(chunk);
        if (pack < ChunkTable.UNDER_WAY) {
            return false;
        }
        if (pack >= 0) {
            reused.set(pack);
        }
        return true;
    }

    /** Stores a chunk unless it is there. The bytes belong to the caller again when this returns. */
    public ChunkId store(Family family, byte[] bytes, int from, int length) throws IOException, InterruptedException {
        requireSound();
        ClientKey.update(mac, bytes, from, length);
        ChunkId chunk = ChunkId.of(mac.doFinal());
        int pack = table.packOrClaim(chunk);
        if (pack >= 0) {
            reused.set(pack);
        } else if (pack < ChunkTable.UNDER_WAY) {
            int cost = Math.min(WAITING_KIB, (length >> 10) + 1);
            while (!waiting.tryAcquire(cost, 1, TimeUnit.SECONDS)) {
                requireSound();
            }
            var task = new Task(chunk, family, Arrays.copyOfRange(bytes, from, from + length), cost);
            while (!tasks.offer(task, 1, TimeUnit.SECONDS)) {
                requireSound();
            }
        }
        if ((++stored & 0xff) == 0 && clock.instant().isAfter(renewedAt.plus(RENEWAL))) {
            putPin(false);
        }
        return chunk;
    }

    private void compress() {
        try (var zstd = new ZstdCompressCtx().setLevel(LEVEL)) {
            byte[] out = new byte[1 << 20];
            for (Task task = tasks.take(); !task.isStop(); task = tasks.take()) {
                int plain = task.content.length;
                int bound = (int) Zstd.compressBound(plain);
                if (out.length < bound) {
                    out = new byte[bound];
                }
                int length = zstd.compress(out, task.content);
                ByteBuffer content = length < plain ? ByteBuffer.wrap(out, 0, length) : ByteBuffer.wrap(task.content);
                line(task.family).add(task.id, content, plain);
                waiting.release(task.cost);
            }
            tasks.put(STOP); // for the next thread
        } catch (Throwable e) {
            fail(e);
        }
    }

    private PackLine line(Family family) {
        PackLine line = lines.get(family);
        if (line == null) {
            throw new IllegalStateException(family.name());
        }
        return line;
    }

    private void carry(Sealed pack, int ordinal, Runnable done) throws InterruptedException {
        underWay.acquire();
        threads.execute(() -> {
            try {
                sink.put(pack.name(), pack.content());
                noted(pack);
            } catch (Throwable e) {
                fail(e);
            } finally {
                done.run();
                underWay.release();
            }
        });
    }

    private void noted(Sealed pack) throws IOException, InterruptedException {
        added.addAndGet(pack.content().remaining());
        Index full = null;
        synchronized (unindexed) {
            written.add(pack.name());
            unindexed.add(new Index.Packed(pack.name(), pack.content().remaining(), pack.table()));
            int entries = unindexed.stream()
                    .mapToInt(packed -> packed.table().entries().size())
                    .sum();
            if (entries >= Index.MOST_ENTRIES || unindexed.size() >= PACKS_PER_INDEX) {
                full = new Index(unindexed, List.of());
                unindexed.clear();
            }
        }
        if (full != null) {
            put(Kind.INDEX, full.seal(key)); // I2: all its packs are there
        }
    }

    private void fail(Throwable e) {
        failure.compareAndSet(null, e);
        waiting.release(WAITING_KIB);
    }

    private void requireSound() throws IOException {
        Throwable broken = failure.get();
        if (broken instanceof IOException io) {
            throw new IOException(io.getMessage(), io);
        }
        if (broken != null) {
            throw new IOException("the backup cannot be written: " + broken, broken);
        }
    }

    /** Waits until all chunks that were handed in are there and indexed. No more may be handed in afterwards. */
    public void flush() throws IOException, InterruptedException {
        while (!tasks.offer(STOP, 1, TimeUnit.SECONDS)) {
            requireSound();
        }
        while (!waiting.tryAcquire(WAITING_KIB, 1, TimeUnit.SECONDS)) {
            requireSound();
        }
        requireSound();
        for (PackLine line : lines.values()) {
            line.flush();
        }
        underWay.acquire(UNDER_WAY_LIMIT);
        underWay.release(UNDER_WAY_LIMIT);
        requireSound();
        Index rest;
        synchronized (unindexed) {
            rest = new Index(unindexed, List.of());
            unindexed.clear();
        }
        if (!rest.packs().isEmpty()) {
            put(Kind.INDEX, rest.seal(key));
        }
    }

    /** What a snapshot says of itself, beside what the session knows. */
    public record Draft(
            String host,
            String source,
            Optional<Verdict.Failed> verdict,
            long files,
            long bytes,
            Snapshot.Inside inside) {}

    /**
     * Ends the session with a snapshot of what was stored. {@link #flush} must have come back.
     *
     * @throws StoreException {@code NOT_FOUND} if a pack that the snapshot relies on is gone, because the session was
     *     silent for longer than its lease; the backup has to be made again then
     */
    public Snapshot commit(Draft draft) throws IOException, InterruptedException {
        requireSound();
        var packs = new HashSet<>(table.packs(reused));
        synchronized (unindexed) {
            packs.addAll(written);
        }
        requireThere(packs);
        var outline = new Snapshot.Outline(
                key.keyHex(),
                draft.host,
                draft.source,
                startedAt,
                clock.instant(),
                draft.verdict,
                draft.files,
                draft.bytes,
                added.get(),
                List.copyOf(packs));
        byte[] bytes = Snapshot.seal(outline, draft.inside, key);
        ObjectName name = put(Kind.SNAPSHOT, bytes); // I3
        requireThere(packs); // whoever removed one between the two looks, this tells
        putPin(true);
        return Snapshot.parse(name, bytes);
    }

    /** While the lease runs, with room for clocks that differ, nobody has taken the session for dead. */
    private void requireThere(Set<ObjectName> packs) throws IOException {
        if (clock.instant().isAfter(renewedAt.plus(LEASE).minus(RENEWAL))) {
            throw new StoreException(
                    Reason.NOT_FOUND,
                    "the session was silent since " + renewedAt + ", so its packs may be gone; make the backup again");
        }
        var there = new HashSet<>(reader.list(Kind.PACK));
        for (ObjectName pack : packs) {
            if (!there.contains(pack)) {
                throw new StoreException(
                        Reason.NOT_FOUND, pack + " was removed while this backup relied on it; make the backup again");
            }
        }
    }

    private ObjectName put(Kind kind, byte[] bytes) throws IOException, InterruptedException {
        ObjectName name = ObjectName.of(kind, bytes);
        sink.put(name, ByteBuffer.wrap(bytes));
        added.addAndGet(bytes.length);
        return name;
    }

    private void putPin(boolean ended) throws IOException, InterruptedException {
        renewedAt = clock.instant();
        put(Kind.PIN, new Pin(id, pinNumber++, startedAt, renewedAt.plus(LEASE), ended, seenMarks).bytes());
    }

    /** Stops all threads. Without {@link #commit} before, what was stored is left for the next session, or for prune. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a thread of the backup did not end within 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

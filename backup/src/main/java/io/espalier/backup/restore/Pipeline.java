package io.espalier.backup.restore;

import io.espalier.backup.files.Listing;
import io.espalier.backup.files.Node;
import io.espalier.backup.repository.ChunkId;
import io.espalier.backup.repository.ChunkReader;
import io.espalier.backup.repository.PackKeys;
import io.espalier.backup.repository.Repository;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads ahead: one thread goes through the list of entries, two read and unseal chunks, and whoever writes takes entries
 * and their chunks in order. Chunks that wait are few.
 */
final class Pipeline implements AutoCloseable {

    private static final int READERS = 2;
    /** How many chunks may be read and not yet written. */
    private static final int AHEAD = 6;
    /** How many small ones: those of a file of one chunk that is no longer than {@link #SMALL}. */
    private static final int SMALL_AHEAD = 256;

    private static final int SMALL = 64 << 10;
    private static final int QUEUE = 2048;

    /** What comes out, in order. */
    sealed interface Item {
        /** @param hasContent false if no chunk follows because the content came with another name of the same file */
        record Entry(Node node, boolean hasContent) implements Item {}

        record Content(Future<byte[]> bytes, Semaphore room) implements Item {}

        record End(Optional<Throwable> failure) implements Item {}
    }

    private final Repository repository;
    private final PackKeys keys;
    private final RestorePlan plan;
    private final ExecutorService threads;
    private final ArrayBlockingQueue<ChunkReader> readers = new ArrayBlockingQueue<>(READERS);
    private final ArrayBlockingQueue<Item> items = new ArrayBlockingQueue<>(QUEUE);
    private final Semaphore room = new Semaphore(AHEAD);
    private final Semaphore smallRoom = new Semaphore(SMALL_AHEAD);
    private final Set<Long> groups = new HashSet<>();

    Pipeline(Repository repository, PackKeys keys, List<ChunkId> listing, RestorePlan plan) {
        this.repository = repository;
        this.keys = keys;
        this.plan = plan;
        for (int i = 0; i < READERS; i++) {
            readers.add(repository.reader(keys));
        }
        this.threads = Executors.newFixedThreadPool(
                READERS + 1, Thread.ofPlatform().name("restore-", 0).daemon().factory());
        threads.execute(() -> produce(listing));
    }

    Item take() throws InterruptedException {
        return items.take();
    }

    /** The bytes of a chunk that was taken. */
    static byte[] bytes(Item.Content content) throws IOException, InterruptedException {
        try {
            return content.bytes.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IOException("cannot read a chunk: " + e.getCause(), e);
        } finally {
            content.room.release();
        }
    }

    private void produce(List<ChunkId> listing) {
        Optional<Throwable> failure = Optional.empty();
        try (ChunkReader own = repository.reader(keys)) {
            var list = new Listing.Reader(listing, own);
            for (Optional<Node> next = list.next(); next.isPresent(); next = list.next()) {
                Node node = next.get();
                if (plan.isSelected(node.path())) {
                    boolean isFirst = node.group() == 0 || groups.add(node.group());
                    items.put(new Item.Entry(node, isFirst));
                    if (isFirst) {
                        content(node);
                    }
                } else if (node.isFolder() && plan.isOnTheWay(node.path())) {
                    items.put(new Item.Entry(node, true));
                }
            }
        } catch (InterruptedException e) {
            return; // closed
        } catch (Throwable e) { // whoever waits for the next item must hear of it
            failure = Optional.of(e);
        }
        try {
            items.put(new Item.End(failure));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void content(Node node) throws InterruptedException {
        Semaphore needed = node.chunks().size() == 1 && node.bytes() <= SMALL ? smallRoom : room;
        for (ChunkId id : node.chunks()) {
            needed.acquire();
            Callable<byte[]> read = () -> {
                ChunkReader reader = readers.take();
                try {
                    return reader.read(id);
                } finally {
                    readers.put(reader);
                }
            };
            items.put(new Item.Content(threads.submit(read), needed));
        }
    }

    /** How many bytes of packs were read for content. Asked when all is done. */
    long bytesRead() {
        return readers.stream().mapToLong(ChunkReader::bytesRead).sum();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a thread of the restore did not end within 30 s");
            }
            readers.forEach(ChunkReader::close);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

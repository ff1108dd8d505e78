package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import io.espalier.metrics.bytes.Framed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A tree as a file, at one moment. Nodes stand in the order of a walk, so the number of shards may differ when it
 * is read again. All is in blocks with a checksum each, one section a shard, and a table of the sections at the end,
 * with the ledger behind it.
 *
 * <pre>
 * file    = magic section* table-block table-offset(8) magic
 * section = block* length-zero-block
 * block   = length(4) crc32c(4) node*
 * node    = flags(1) name children age [value] [aux] [markers] [policy]
 * </pre>
 */
public final class TreeImage {
    static final byte[] MAGIC = "ESPTREE1".getBytes(StandardCharsets.US_ASCII);
    static final int MAX_BLOCK = 64 << 20;
    static final int WHOLE = 0x10;
    static final int AUX = 0x20;
    static final int MARKERS = 0x40;
    static final int POLICY = 0x80;

    private TreeImage() {}

    /**
     * Writes from the channel's position 0 on. Merging goes on meanwhile: pages that are written to are copied.
     * Takes memory for a block, and four bytes a name.
     *
     * @return what of its ledger is in it
     */
    public static Map<String, Ledger.Mark> write(MetricTree tree, FileChannel file) throws IOException {
        Still still = tree.ledger().still(marks -> new Still(tree.snapshot(), marks));
        try (TreeSnapshot snapshot = still.snapshot) {
            var table = new BytesOut(256);
            int now = tree.seconds();
            table.varint(now);
            Policy root = tree.peek(0, _ -> tree.shard(0).policyAt(0));
            table.varint(root.maxChildren());
            table.varint(tree.shard(0).rootMaxLeaves());
            table.varint(root.ttl().toSeconds());
            table.varint(snapshot.shards().size());
            file.position(0);
            put(file, ByteBuffer.wrap(MAGIC));
            for (int i = 0; i < snapshot.shards().size(); i++) {
                table.varint(file.position());
                new SectionWriter(tree.shard(i), snapshot.shards().get(i), now, file).write();
            }
            Ledger.write(still.marks, table);
            long at = file.position();
            Framed.write(file, table.array(), table.size());
            put(file, ByteBuffer.allocate(16).putLong(at).put(MAGIC).flip());
        }
        return still.marks;
    }

    /** Both at one moment. */
    private record Still(TreeSnapshot snapshot, Map<String, Ledger.Mark> marks) {}

    private static void put(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /** What the table at the end of the file says. Values of a policy that are the root's follow today's root. */
    record Table(
            int now, int maxChildren, int maxLeaves, long ttl, List<Long> sections, Map<String, Ledger.Mark> marks) {
        Policy today(Optional<Action> action, int children, int leaves, long seconds, Policy root, int rootLeaves) {
            return new Policy(
                    action,
                    children == maxChildren ? root.maxChildren() : children,
                    leaves == maxLeaves ? rootLeaves : leaves,
                    seconds == ttl ? root.ttl() : Duration.ofSeconds(seconds));
        }
    }

    /** @throws BadBytesException if the file is torn or damaged anywhere */
    public static MetricTree read(FileChannel file, TreeSettings settings, InstantSource clock) throws IOException {
        Table table = table(file);
        var tree = new MetricTree(settings, clock);
        tree.ledger().restore(table.marks);
        var sections = new ArrayList<Callable<Optional<IOException>>>();
        for (long at : table.sections) {
            sections.add(() -> {
                try {
                    new SectionReader(tree, table, file, at).read();
                    return Optional.empty();
                } catch (IOException e) {
                    return Optional.of(e);
                }
            });
        }
        int processors = Runtime.getRuntime().availableProcessors();
        try (var threads = Executors.newFixedThreadPool(Math.clamp(sections.size(), 1, processors))) {
            for (Future<Optional<IOException>> section : threads.invokeAll(sections)) {
                Optional<IOException> failure = section.get();
                if (failure.isPresent()) {
                    throw failure.get();
                }
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading", e);
        }
        return tree;
    }

    private static Table table(FileChannel file) throws IOException {
        long size = file.size();
        if (size < MAGIC.length + 16) {
            throw new BadBytesException("a file of " + size + " bytes");
        }
        ByteBuffer end = Framed.fill(file, size - 16, 16);
        long at = end.getLong();
        if (!isMagic(end) || !isMagic(Framed.fill(file, 0, MAGIC.length)) || at < 0 || at >= size) {
            throw new BadBytesException("not a whole tree image of this version");
        }
        var in = new BytesIn(Framed.read(file, at, MAX_BLOCK));
        int now = (int) in.varint();
        int maxChildren = (int) in.varint();
        int maxLeaves = (int) in.varint();
        long ttl = in.varint();
        var sections = new ArrayList<Long>();
        for (int left = in.count(1 << 16); left > 0; left--) {
            sections.add(in.varint());
        }
        // Images of before there were relays end here.
        Map<String, Ledger.Mark> marks = in.isAtEnd() ? Map.of() : Ledger.read(in);
        return new Table(now, maxChildren, maxLeaves, ttl, sections, marks);
    }

    private static boolean isMagic(ByteBuffer bytes) {
        byte[] held = new byte[MAGIC.length];
        bytes.get(held);
        return Arrays.equals(held, MAGIC);
    }
}

package io.espalier.backup.restore;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.files.Listing;
import io.espalier.backup.files.Node;
import io.espalier.backup.files.Progress;
import io.espalier.backup.linux.LinuxException;
import io.espalier.backup.linux.Names;
import io.espalier.backup.repository.ChunkId;
import io.espalier.backup.repository.ChunkReader;
import io.espalier.backup.repository.PackKeys;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.restore.Pipeline.Item;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Restores from a snapshot. For one thread. */
public final class Restore {

    private static final int MOST_PROBLEMS = 1000;

    private Restore() {}

    /**
     * How it went.
     *
     * @param entries that are in place
     * @param bytes of content in them
     * @param read bytes of packs that were read for it
     * @param failed how often something is not in place, or not as it was
     * @param problems what went wrong, one sentence each, up to 1,000
     */
    public record Result(long entries, long bytes, long read, long failed, List<String> problems) {
        public boolean isWhole() {
            return failed == 0;
        }
    }

    /**
     * Brings back what the plan selects. One entry that fails does not stop the others.
     *
     * @throws IOException if the list of entries cannot be read to its end, the target cannot be opened, or nothing is at
     *     a selected path
     */
    public static Result run(
            Repository repository, Snapshot snapshot, AgeIdentity identity, RestorePlan plan, Progress progress)
            throws IOException, InterruptedException {
        return run(repository, snapshot, snapshot.open(identity), repository.packKeys(identity), plan, progress);
    }

    /** As above, for whoever has no identity, but what it opened. */
    public static Result run(
            Repository repository,
            Snapshot snapshot,
            Snapshot.Inside inside,
            PackKeys keys,
            RestorePlan plan,
            Progress progress)
            throws IOException, InterruptedException {
        repository.requireSigned(snapshot);
        var problems = new Problems();
        try (var pipeline = new Pipeline(repository, keys, inside.listing(), plan);
                var target = new Target(plan, problems::add)) {
            long entries = 0;
            long bytes = 0;
            boolean found = false;
            while (true) {
                switch (pipeline.take()) {
                    case Item.Entry entry -> {
                        Node node = entry.node();
                        found |= plan.isSelected(node.path());
                        progress.at(entries, bytes, node.shown());
                        int chunks = entry.hasContent() ? node.chunks().size() : 0;
                        var content = new Content(pipeline, chunks);
                        try {
                            target.restore(node, content, entry.hasContent());
                            entries++;
                            bytes += entry.hasContent() ? node.size() : 0;
                        } catch (IOException e) {
                            problems.add(
                                    e instanceof LinuxException
                                            ? String.valueOf(e.getMessage())
                                            : node.shown() + ": " + e.getMessage());
                        }
                        content.drain();
                    }
                    case Item.Content content -> throw new IllegalStateException("a chunk without an entry");
                    case Item.End end -> {
                        target.finish();
                        if (end.failure().isPresent()) {
                            Throwable e = end.failure().get();
                            throw new IOException("the list of entries is cut off: " + e.getMessage(), e);
                        }
                        if (!found && !plan.paths().isEmpty()) {
                            throw new IOException("the snapshot holds nothing at /"
                                    + String.join(
                                            ", /",
                                            plan.paths().stream()
                                                    .map(Names::shown)
                                                    .toList()));
                        }
                        return new Result(
                                entries, bytes, pipeline.bytesRead(), problems.count, List.copyOf(problems.first));
                    }
                }
            }
        }
    }

    /** Calls {@code seen} for each entry at or below one of the paths; for all if there are none. */
    public static void browse(
            Repository repository, Snapshot snapshot, AgeIdentity identity, List<String> paths, Consumer<Node> seen)
            throws IOException {
        repository.requireSigned(snapshot);
        try (ChunkReader reader = repository.reader(repository.packKeys(identity))) {
            var list = new Listing.Reader(snapshot.open(identity).listing(), reader);
            for (Optional<Node> next = list.next(); next.isPresent(); next = list.next()) {
                Node node = next.get();
                if (paths.isEmpty() || paths.stream().anyMatch(path -> Names.isBelow(node.path(), path))) {
                    seen.accept(node);
                }
            }
        }
    }

    /** Writes the content of one file. Holes come as zeros. @throws IOException if there is no such file */
    public static void write(
            Repository repository, Snapshot snapshot, AgeIdentity identity, String path, OutputStream out)
            throws IOException {
        var found = new ArrayList<Node>();
        browse(repository, snapshot, identity, List.of(path), node -> {
            if (node.path().equals(path) && node.isFile()) {
                found.add(node);
            }
        });
        if (found.isEmpty()) {
            throw new IOException("the snapshot holds no file /" + Names.shown(path));
        }
        Node node = found.getFirst();
        if (!node.extents().isEmpty()) {
            throw new IOException(node.shown() + " has holes; restore it to a folder");
        }
        try (ChunkReader reader = repository.reader(repository.packKeys(identity))) {
            for (ChunkId id : node.chunks()) {
                out.write(reader.read(id));
            }
        }
    }

    /** All are counted, the first are kept. */
    private static final class Problems {
        private final List<String> first = new ArrayList<>();
        private long count;

        void add(String problem) {
            count++;
            if (first.size() < MOST_PROBLEMS) {
                first.add(problem);
            }
        }
    }

    /** The chunks of one entry, which must all be taken before the next entry. */
    static final class Content {
        private final Pipeline pipeline;
        private int left;

        Content(Pipeline pipeline, int chunks) {
            this.pipeline = pipeline;
            this.left = chunks;
        }

        boolean hasNext() {
            return left > 0;
        }

        byte[] next() throws IOException, InterruptedException {
            return Pipeline.bytes(item());
        }

        void drain() throws InterruptedException {
            while (left > 0) {
                try {
                    next();
                } catch (IOException e) {
                    // the entry has failed already
                }
            }
        }

        private Item.Content item() throws InterruptedException {
            left--;
            if (pipeline.take() instanceof Item.Content content) {
                return content;
            }
            throw new IllegalStateException("an entry without its chunks");
        }
    }
}

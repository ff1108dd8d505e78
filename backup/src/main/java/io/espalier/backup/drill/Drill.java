package io.espalier.backup.drill;

import io.espalier.backup.chunk.ChunkBuffer;
import io.espalier.backup.chunk.ChunkSizes;
import io.espalier.backup.chunk.Chunker;
import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.files.Node;
import io.espalier.backup.files.Progress;
import io.espalier.backup.linux.Linux.Extent;
import io.espalier.backup.linux.Names;
import io.espalier.backup.repository.ChunkId;
import io.espalier.backup.repository.ObjectReader;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.restore.Restore;
import io.espalier.backup.restore.RestorePlan;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.crypto.Mac;

/**
 * Restores a snapshot whole to a scratch folder and compares what is there then with the snapshot's list: type, mode, size,
 * time, target of links, and every byte, cut and named anew. The folder is gone afterwards.
 */
public final class Drill {
    private static final int MOST = 100;
    private static final int PIECE = 64 << 10;

    private final ObjectReader store;
    private final AgeIdentity identity;

    public Drill(ObjectReader store, AgeIdentity identity) {
        this.store = store;
        this.identity = identity;
    }

    /**
     * How it went.
     *
     * @param differences a sentence each, the first hundred
     */
    public record Result(long entries, long bytes, List<String> differences) {
        public Result {
            differences = List.copyOf(differences);
        }

        public boolean isProven() {
            return differences.isEmpty() && entries > 0;
        }
    }

    /**
     * Restores and compares.
     *
     * @param scratch does not exist, with room for the snapshot
     */
    public Result run(Snapshot snapshot, Path scratch, Progress progress) throws IOException, InterruptedException {
        ClientKey key = Repository.keyOf(store, snapshot, identity);
        Repository repository = Repository.open(store, key);
        try {
            Restore.Result restored =
                    Restore.run(repository, snapshot, identity, new RestorePlan(scratch, List.of(), true), progress);
            var differences = new ArrayList<>(restored.problems());
            long[] entries = {0};
            try (var comparison = new Comparison(scratch, key)) {
                Restore.browse(repository, snapshot, identity, List.of(), node -> {
                    entries[0]++;
                    if (differences.size() < MOST) {
                        comparison.compare(node, differences);
                    }
                });
            }
            return new Result(entries[0], restored.bytes(), differences.subList(0, Math.min(MOST, differences.size())));
        } finally {
            remove(scratch);
        }
    }

    /** Of one restored tree; uses nothing of what restored it. */
    private static final class Comparison implements AutoCloseable {
        private final Path root;
        private final Mac mac;
        private final ChunkBuffer buffer;

        Comparison(Path root, ClientKey key) {
            this.root = root;
            this.mac = key.chunkMac();
            this.buffer = new ChunkBuffer(new Chunker(key.gear(), ChunkSizes.CONTENT));
        }

        void compare(Node node, List<String> differences) {
            if (node.path().isEmpty()) {
                return; // the target itself
            }
            try {
                String wrong = difference(node);
                if (!wrong.isEmpty()) {
                    differences.add(node.shown() + ": " + wrong);
                }
            } catch (IOException e) {
                differences.add(node.shown() + ": " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                differences.add("interrupted");
            }
        }

        private String difference(Node node) throws IOException, InterruptedException {
            Path path = root.resolve(new String(Names.bytes(node.path()), StandardCharsets.UTF_8));
            int mode = number(path, "unix:mode").intValue();
            long size = number(path, "unix:size").longValue();
            if ((mode & 0170000) != node.type()) {
                return "another type";
            }
            if (Files.isSymbolicLink(path)) {
                byte[] target = Files.readSymbolicLink(path).toString().getBytes(StandardCharsets.UTF_8);
                return Names.of(new String(target, StandardCharsets.UTF_8)).equals(node.target())
                        ? ""
                        : "another target";
            }
            if ((mode & 0777) != (node.permissions() & 0777)) {
                return "mode " + Integer.toOctalString(mode & 0777) + " (expected: "
                        + Integer.toOctalString(node.permissions() & 0777) + ")";
            }
            if (!node.isFile()) {
                return "";
            }
            if (size != node.size()) {
                return size + " bytes (expected: " + node.size() + ")";
            }
            return chunks(path, node).equals(node.chunks()) ? "" : "other content";
        }

        private static Number number(Path path, String attribute) throws IOException {
            return Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS) instanceof Number number
                    ? number
                    : -1;
        }

        private List<ChunkId> chunks(Path path, Node node) throws IOException, InterruptedException {
            var chunks = new ArrayList<ChunkId>();
            byte[] piece = new byte[PIECE];
            List<Extent> extents = node.extents().isEmpty() ? List.of(new Extent(0, node.size())) : node.extents();
            try (var file = new RandomAccessFile(path.toFile(), "r")) {
                for (Extent extent : extents) {
                    file.seek(extent.offset());
                    for (long left = extent.length(); left > 0; ) {
                        int count = file.read(piece, 0, (int) Math.min(left, PIECE));
                        if (count < 0) {
                            throw new IOException("ends too early");
                        }
                        buffer.add(piece, 0, count, (bytes, from, length) -> chunks.add(id(bytes, from, length)));
                        left -= count;
                    }
                }
                buffer.finish((bytes, from, length) -> chunks.add(id(bytes, from, length)));
            } finally {
                buffer.clear();
            }
            return chunks;
        }

        private ChunkId id(byte[] bytes, int from, int length) {
            ClientKey.update(mac, bytes, from, length);
            return ChunkId.of(mac.doFinal());
        }

        @Override
        public void close() {
            buffer.clear();
        }
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}

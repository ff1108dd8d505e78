package io.espalier.backup.files;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.linux.Names;
import io.espalier.backup.linux.Status;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the last run saw, in the order in which it walked, so that the next run reads along with its own walk and holds one
 * entry at a time. It only ever saves work: that a chunk is in the repository is always looked up there, and a file that
 * cannot be read is as good as none.
 */
final class FileCache {

    private static final long MAGIC = 0x657366696c65_3031L;

    private FileCache() {}

    /** A file as it was. */
    record Seen(Node node, Status status) {}

    /** Reads along. */
    static final class Reader implements Closeable {
        private final @Nullable DataInputStream in;
        private @Nullable Seen next;

        private Reader(@Nullable DataInputStream in) {
            this.in = in;
            advance();
        }

        static Reader open(Path file) {
            DataInputStream in = null;
            try {
                in = new DataInputStream(new BufferedInputStream(
                        new ZstdInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16)), 1 << 16));
                if (in.readLong() == MAGIC) {
                    return new Reader(in);
                }
                in.close();
            } catch (IOException e) {
                closeQuietly(in);
            }
            return new Reader(null);
        }

        /** What was at {@code path}. Paths must come in order. */
        Optional<Seen> find(String path) {
            while (next != null) {
                int order = Names.compare(next.node.path(), path);
                if (order >= 0) {
                    return order == 0 ? Optional.of(next) : Optional.empty();
                }
                advance();
            }
            return Optional.empty();
        }

        private void advance() {
            next = null;
            DataInputStream from = in;
            if (from == null) {
                return;
            }
            try {
                int length = from.readInt();
                if (length <= 0 || length > Listing.MOST_ENTRY + 100) {
                    return;
                }
                byte[] bytes = from.readNBytes(length);
                if (bytes.length < length) {
                    throw new EOFException();
                }
                var reader = new ByteReader(bytes);
                long inode = reader.signed();
                long device = reader.signed();
                long seconds = reader.signed();
                int nanos = reader.integer(999_999_999);
                Node node = Node.read(reader);
                var status = new Status(
                        node.type() | node.permissions(),
                        node.uid(),
                        node.gid(),
                        1,
                        inode,
                        device,
                        node.size(),
                        0,
                        seconds,
                        nanos,
                        node.seconds(),
                        node.nanos(),
                        0);
                next = new Seen(node, status);
            } catch (IOException e) {
                // a file that was cut off: what follows is read again
            }
        }

        @Override
        public void close() {
            closeQuietly(in);
        }

        private static void closeQuietly(@Nullable Closeable closeable) {
            try {
                if (closeable != null) {
                    closeable.close();
                }
            } catch (IOException e) {
                // only read from
            }
        }
    }

    /** Writes the next one beside the last, which it replaces when the run was good. */
    static final class Writer implements Closeable {
        private final Path file;
        private final Path part;
        private final DataOutputStream out;
        private final ByteWriter entry = new ByteWriter();

        private Writer(Path file, Path part, DataOutputStream out) {
            this.file = file;
            this.part = part;
            this.out = out;
        }

        static Writer open(Path file) throws IOException {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Path part = file.resolveSibling(file.getFileName() + ".part");
            Files.deleteIfExists(part);
            Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            var out = new DataOutputStream(new BufferedOutputStream(
                    new ZstdOutputStream(Files.newOutputStream(part), 1).setChecksum(true), 1 << 16));
            out.writeLong(MAGIC);
            return new Writer(file, part, out);
        }

        void add(Node node, Status status) throws IOException {
            entry.clear();
            entry.signed(status.inode()).signed(status.device());
            entry.signed(status.changedSeconds()).number(status.changedNanos());
            node.write(entry);
            out.writeInt(entry.size());
            entry.writeTo(out::write);
        }

        void commit() throws IOException {
            out.close();
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void close() throws IOException {
            out.close();
            Files.deleteIfExists(part);
        }
    }
}

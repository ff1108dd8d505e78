package io.espalier.metrics.ingest;

import io.espalier.metrics.ingest.Frames.LostException;
import io.espalier.metrics.ingest.Protocol.Framing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.Consumer;

/** One open file that grows, under whatever name it has by now. */
final class Followed implements AutoCloseable {
    private final FileChannel file;
    private final Consumer<String> tooLong;
    private Frames frames;
    private TailPosition position;
    private long read;
    /** The first bytes, as they were read. */
    private final byte[] first = new byte[TailPosition.HEAD];
    /** When it last grew, by {@link System#nanoTime}. */
    private long grewAt = System.nanoTime();

    private Followed(FileChannel file, TailPosition position, Consumer<String> tooLong) {
        this.file = file;
        this.position = position;
        this.tooLong = tooLong;
        read = position.offset();
        frames = new Frames(Framing.LINES, Frames.LARGE, tooLong);
    }

    /** Device and inode of what is there under this name. */
    static Optional<String> key(Path path) throws IOException {
        try {
            return Optional.of(String.valueOf(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** From its start; empty if there is no such file now. */
    static Optional<Followed> open(Path path, Consumer<String> tooLong) throws IOException {
        Optional<String> before = key(path);
        if (before.isEmpty()) {
            return Optional.empty();
        }
        FileChannel file;
        try {
            file = FileChannel.open(path, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (!before.equals(key(path))) {
            // Rotated just now: the next look finds out how.
            file.close();
            return Optional.empty();
        }
        return Optional.of(new Followed(file, TailPosition.start(before.get()), tooLong));
    }

    /** From {@code position} on, if the file starts as the one that the position is of. */
    static Optional<Followed> resume(Path path, TailPosition position, Consumer<String> tooLong) throws IOException {
        Optional<Followed> opened = open(path, tooLong);
        if (opened.isEmpty()) {
            return opened;
        }
        Followed file = opened.get();
        if (!position.isHeadOf(file.file)) {
            file.close();
            return Optional.empty();
        }
        file.goOnAt(position, position.offset());
        return opened;
    }

    private void goOnAt(TailPosition as, long offset) throws IOException {
        position = new TailPosition(position.key(), offset, as.head(), as.crc());
        read = offset;
        var head = ByteBuffer.wrap(first);
        while (head.hasRemaining() && file.read(head, head.position()) > 0) {
            // As long as there is more.
        }
    }

    /** If this is a copy of the file of {@code original}: goes on where that was read up to. */
    void skipCopied(TailPosition original) throws IOException {
        if (original.head() > 0 && TailPosition.crc(file, original.head()) == original.crc()) {
            goOnAt(original, Math.min(original.offset(), file.size()));
        }
    }

    /** Whether both begin with the same bytes, as far as both have any. */
    boolean startsLike(Followed other) throws IOException {
        int length = (int) Math.min(TailPosition.HEAD, Math.min(file.size(), other.file.size()));
        return length > 0 && TailPosition.crc(file, length) == TailPosition.crc(other.file, length);
    }

    String key() {
        return position.key();
    }

    TailPosition position() {
        return position;
    }

    long quietNanos() {
        return System.nanoTime() - grewAt;
    }

    /** Whether it no longer is what was read of it: cut, or cut and written again. */
    boolean isRewritten() throws IOException {
        return file.size() < read || position.head() > 0 && TailPosition.crc(file, position.head()) != position.crc();
    }

    /** Goes back to the start. */
    void restart() {
        position = TailPosition.start(position.key());
        read = 0;
        frames = new Frames(Framing.LINES, Frames.LARGE, tooLong);
        grewAt = System.nanoTime();
    }

    /** Gives whole lines to {@code sink}, a bounded number a call; answers whether there was anything new. */
    boolean step(Sink sink) throws IOException {
        int room = frames.room();
        var into = ByteBuffer.wrap(frames.buffer(), frames.end(), room);
        int n = file.read(into, read);
        if (n <= 0 || isRewritten()) {
            // Cut meanwhile: what was read may be of the one or of the other.
            return false;
        }
        if (read < first.length) {
            int length = (int) Math.min(n, first.length - read);
            System.arraycopy(frames.buffer(), frames.end(), first, (int) read, length);
        }
        frames.filled(n);
        read += n;
        grewAt = System.nanoTime();
        try {
            while (frames.next()) {
                sink.message(frames.buffer(), frames.from(), frames.to());
            }
        } catch (LostException e) {
            throw new IOException(e);
        }
        return true;
    }

    /** What was given to the sink is merged: the position moves to behind it. */
    void settle() {
        long merged = read - frames.pending();
        if (merged != position.offset()) {
            position = position.at(merged, first);
        }
    }

    /** Nobody will end the last line any more: it counts as it is. */
    void finish(Sink sink) {
        if (frames.last()) {
            sink.message(frames.buffer(), frames.from(), frames.to());
        }
    }

    /** Of a file that is only read, closing loses nothing. */
    void closeQuietly() {
        try {
            file.close();
        } catch (IOException e) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

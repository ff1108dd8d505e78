package io.espalier.metrics.ingest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Follows a log file by name: through rotation (renamed or copied and cut), truncation and a restart of this
 * program, each line once. A line counts when its end is there. What a file had when it was moved away is read to
 * its end beside the new one.
 */
public final class Tail implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(100);
    /** After a rotation servers write on into the old file until they are told. */
    private static final Duration OLD_QUIET = Duration.ofSeconds(30);

    private static final Duration SAVE = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(10);
    private static final int STEPS_A_LOOK = 16;
    /** What a rotation puts behind the name: {@code .1}, {@code -20261120}, {@code .old}; nothing that is packed. */
    private static final Pattern MOVED = Pattern.compile("[.-]([0-9][0-9A-Za-z:_-]*|old)");
    /** A shorter start of a file is no proof that it is the same. */
    private static final int SURE_HEAD = 32;

    private final Path path;
    private final Path state;
    private final Intake intake;
    private final Sink sink;
    private final Consumer<String> tooLong;
    private final List<Followed> old = new ArrayList<>();
    private Optional<Followed> current = Optional.empty();
    /** Device and inode of all files beside it that are read, were read or are not ours. */
    private final Set<String> known = new HashSet<>();

    private List<TailPosition> saved = List.of();
    private long savedAt = System.nanoTime();
    private String trouble = "";
    private final CountDownLatch isClosing = new CountDownLatch(1);
    private final Thread thread;

    /**
     * Starts where it was left, else at the start of the file; the file may come to be later.
     *
     * @param folder where positions are kept
     * @throws IOException if a kept position cannot be read
     */
    public Tail(Path file, Path folder, Intake intake) throws IOException {
        path = file.toAbsolutePath().normalize();
        state = folder.resolve(name(path) + ".position");
        this.intake = intake;
        sink = new LogSink(intake, true);
        tooLong = sample -> note("long-line", sample);
        resume();
        thread = Thread.ofPlatform().daemon().name("tail " + path.getFileName()).start(this::run);
    }

    /** Of the position: readable, and different for files of one name in different folders. */
    private static String name(Path path) {
        var crc = new CRC32C();
        crc.update(path.toString().getBytes(StandardCharsets.UTF_8));
        return path.getFileName() + "-" + Long.toHexString(crc.getValue());
    }

    private void note(String reason, String sample) {
        intake.tree().note("drops," + reason, 1, Optional.of(path.getFileName() + ": " + sample));
    }

    // --- Starting again ---

    private void resume() throws IOException {
        saved = TailPosition.read(state);
        for (TailPosition position : saved) {
            Optional<Followed> here = Followed.key(path).equals(Optional.of(position.key()))
                    ? Followed.resume(path, position, tooLong)
                    : Optional.empty();
            if (here.isPresent()) {
                current = here;
            } else if (!openMoved(position)) {
                note("tail-lost", "what followed byte " + position.offset() + " is in no file beside it any more");
            }
        }
        all().forEach(file -> known.add(file.key()));
        for (Path other : siblings()) {
            // What is there already was read before, or is not ours.
            openUnknown(other).ifPresent(Followed::closeQuietly);
        }
    }

    /** Opens a file that was never opened; not one that is a copy of what still is in the current one. */
    private Optional<Followed> openUnknown(Path other) throws IOException {
        Optional<String> key = Followed.key(other);
        if (key.isEmpty() || known.contains(key.get())) {
            return Optional.empty();
        }
        Optional<Followed> opened = Followed.open(other, tooLong);
        if (opened.isPresent() && isCopyOfPresent(opened.get())) {
            // The cut that belongs to it is yet to come: until then its lines are read where they are.
            opened.get().closeQuietly();
            return Optional.empty();
        }
        opened.ifPresent(file -> known.add(file.key()));
        return opened;
    }

    /** Opens the file that has the position's under another name, and those that came between it and the current. */
    private boolean openMoved(TailPosition position) throws IOException {
        for (Path moved : siblings()) {
            if (position.head() < SURE_HEAD && !Followed.key(moved).equals(Optional.of(position.key()))) {
                continue;
            }
            Optional<Followed> found = Followed.resume(moved, position, tooLong);
            if (found.isPresent()) {
                old.add(found.get());
                known.add(found.get().key());
                FileTime until = Files.getLastModifiedTime(moved);
                for (Path between : siblings()) {
                    if (!isSaved(between) && Files.getLastModifiedTime(between).compareTo(until) > 0) {
                        openUnknown(between).ifPresent(old::add);
                    }
                }
                return true;
            }
        }
        return false;
    }

    private boolean isSaved(Path file) throws IOException {
        Optional<String> key = Followed.key(file);
        return saved.stream().anyMatch(position -> key.equals(Optional.of(position.key())));
    }

    /** Files that a rotation may have made of this one, oldest first: {@code access.log.1}, {@code access.log-2026}. */
    private List<Path> siblings() throws IOException {
        var found = new ArrayList<Path>();
        String base = path.getFileName().toString();
        Path folder = path.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return found;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path one : all) {
                String name = one.getFileName().toString();
                boolean isMoved = name.startsWith(base)
                        && MOVED.matcher(name.substring(base.length())).matches();
                if (isMoved && Files.isRegularFile(one)) {
                    found.add(one);
                }
            }
        }
        found.sort(Comparator.comparing(one -> {
            try {
                return Files.getLastModifiedTime(one);
            } catch (IOException e) {
                return FileTime.fromMillis(0);
            }
        }));
        return found;
    }

    // --- Following ---

    private void run() {
        boolean isOver = false;
        while (!isOver) {
            try {
                boolean isBusy = look();
                trouble = "";
                isOver = isClosing.await(isBusy ? 0 : LOOK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (IOException e) {
                String now = e.toString();
                if (!now.equals(trouble)) {
                    trouble = now;
                    note("tail", now);
                }
                isOver = pause();
            } catch (InterruptedException e) {
                isOver = true;
            } catch (RuntimeException e) {
                note("tail", e.toString());
                isOver = pause();
            }
        }
    }

    private boolean pause() {
        try {
            return isClosing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** Reads what is new; answers whether there may be more at once. */
    private boolean look() throws IOException {
        boolean isBusy = false;
        if (current.isPresent() && current.get().isRewritten()) {
            // What was copied away before the cut may have lines that were not read here.
            openNew();
            current.get().restart();
        }
        Optional<String> key = Followed.key(path);
        if (current.isEmpty()) {
            openNew();
        } else if (key.isPresent() && !key.get().equals(current.get().key())) {
            openNew();
            old.add(current.get());
            current = Optional.empty();
        }
        if (current.isEmpty() && key.isPresent()) {
            current = Followed.open(path, tooLong);
        }
        for (Followed file : all()) {
            known.add(file.key());
            for (int i = 0; i < STEPS_A_LOOK && file.step(sink); i++) {
                isBusy |= i == STEPS_A_LOOK - 1;
            }
        }
        boolean isFinished = finishOld();
        settle(isFinished || !isBusy);
        return isBusy;
    }

    /**
     * Opens what was moved or copied away since the last look: a copy of the current file where that was read up to,
     * any other from its start, since it came and went between two looks.
     */
    private void openNew() throws IOException {
        for (Path other : siblings()) {
            Optional<Followed> opened = openUnknown(other);
            if (opened.isPresent()) {
                if (current.isPresent()) {
                    opened.get().skipCopied(current.get().position());
                }
                old.add(opened.get());
            }
        }
    }

    private boolean isCopyOfPresent(Followed copy) throws IOException {
        Optional<Followed> present = Followed.open(path, tooLong);
        if (present.isEmpty()) {
            return false;
        }
        try (Followed file = present.get()) {
            return file.startsLike(copy);
        }
    }

    private List<Followed> all() {
        var all = new ArrayList<>(old);
        current.ifPresent(all::add);
        return all;
    }

    private boolean finishOld() throws IOException {
        boolean isAny = false;
        for (Followed file : List.copyOf(old)) {
            if (file.quietNanos() > OLD_QUIET.toNanos()) {
                file.finish(sink);
                file.close();
                old.remove(file);
                isAny = true;
            }
        }
        return isAny;
    }

    /** Merges what was read, and only then keeps the position: a crash repeats a line rather than lose it. */
    private void settle(boolean isDue) throws IOException {
        sink.flush();
        var positions = new ArrayList<TailPosition>();
        for (Followed file : all()) {
            file.settle();
            positions.add(file.position());
        }
        boolean isTime = isDue || System.nanoTime() - savedAt > SAVE.toNanos();
        if (!positions.equals(saved) && isTime && intake.settle()) {
            TailPosition.write(state, positions);
            saved = List.copyOf(positions);
            savedAt = System.nanoTime();
        }
    }

    @Override
    public void close() throws IOException {
        isClosing.countDown();
        try {
            if (!thread.join(CLOSE)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        look();
        settle(true);
        for (Followed file : all()) {
            file.close();
        }
    }
}

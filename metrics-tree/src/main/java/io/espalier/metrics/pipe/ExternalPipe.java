package io.espalier.metrics.pipe;

import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.TreeJson;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A pipe in any language: a program that reads JSON lines and answers each with one. All senders share one process
 * of it. Lines wait for it in a bounded queue and are dropped, and counted, when that is full; a program that dies,
 * or does not answer in time, is ended and started again, each time after a longer pause.
 */
public final class ExternalPipe implements Pipe.Factory, AutoCloseable {
    /**
     * Bounds.
     *
     * @param deadline   of one answer
     * @param firstPause before the first restart; doubled each time, up to a minute, until an answer comes
     * @param queue      lines that wait
     */
    public record Limits(Duration deadline, Duration firstPause, int queue) {
        public static final Limits USUAL = new Limits(Duration.ofSeconds(10), Duration.ofSeconds(1), 10_000);
    }

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int REQUEST_LINES = 500;
    private static final long IDLE_MILLIS = 200;
    private static final int MAX_LINE = 16_384;

    private final Path program;
    private final Consumer<Batch> into;
    private final Limits limits;
    private final ArrayBlockingQueue<String> queue;
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private volatile Set<String> wanted = Set.of();
    private volatile boolean isClosing;
    private volatile Duration pause;
    private final Thread thread;

    /** @param into takes what the program answers, from a thread of the pipe */
    public ExternalPipe(Path program, Limits limits, Consumer<Batch> into) {
        this.program = program;
        this.into = into;
        this.limits = limits;
        queue = new ArrayBlockingQueue<>(limits.queue);
        pause = limits.firstPause;
        thread = Thread.ofPlatform().daemon().name("pipe " + name()).start(this::run);
    }

    String program() {
        return program.toString();
    }

    @Override
    public String name() {
        String file = String.valueOf(program.getFileName());
        int point = file.indexOf('.');
        return point > 0 ? file.substring(0, point) : file;
    }

    @Override
    public boolean fits(LogFormat format) {
        return true;
    }

    @Override
    public Pipe init() {
        return new Pipe() {
            @Override
            public void process(LogRecord line) {
                offer(line);
            }

            @Override
            public void flush(Batch batch) {
                long lost = dropped.getAndSet(0);
                if (lost > 0) {
                    GuardedPipe.note(batch, name(), lost, "lines dropped: its queue of " + limits.queue + " is full");
                }
            }
        };
    }

    /** Never waits. */
    private void offer(LogRecord line) {
        // A full queue is known before the text is made: a dead program costs next to nothing.
        if (queue.remainingCapacity() == 0) {
            dropped.incrementAndGet();
            return;
        }
        String json = FieldJson.of(line, wanted);
        if (json.length() > MAX_LINE || !queue.offer(json)) {
            dropped.incrementAndGet();
        } else {
            taken.incrementAndGet();
        }
    }

    /** Waits until all that was taken is answered for or lost; false if that does not come about in time. */
    boolean settle(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (answered.get() < taken.get()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    // --- The program's side ---

    private void run() {
        while (!isClosing) {
            try (var process = PipeProcess.start(program, limits.deadline)) {
                wanted = process.init();
                serve(process);
                if (isClosing) {
                    merge(process.ask("{\"cleanup\":true}"));
                }
            } catch (IOException e) {
                restarting(String.valueOf(e.getMessage()));
                rest();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void serve(PipeProcess process) throws IOException, InterruptedException {
        var lines = new ArrayList<String>();
        while (!isClosing || !queue.isEmpty()) {
            String first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
            if (first == null) {
                process.checkAlive();
                continue;
            }
            lines.add(first);
            queue.drainTo(lines, REQUEST_LINES - 1);
            try {
                merge(process.ask("{\"process\":[" + String.join(",", lines) + "]}"));
                pause = limits.firstPause;
            } catch (IOException e) {
                failed(e.getMessage() + "; lost " + lines.size() + " lines", lines.size());
                throw e;
            } finally {
                answered.addAndGet(lines.size());
                lines.clear();
            }
        }
    }

    private void merge(String answer) {
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        var batch = new Batch();
        try {
            int end = new TreeJson().read(bytes, 0, bytes.length, batch);
            if (TreeJson.skipSpace(bytes, end, bytes.length) != bytes.length) {
                failed("more than one object in an answer: " + AccessLog.sample(bytes, end, bytes.length), 1);
            }
            into.accept(batch);
        } catch (BadJsonException e) {
            failed(e.getMessage() + " in its answer: " + AccessLog.sample(bytes, 0, bytes.length), 1);
        }
    }

    private void failed(String why, long count) {
        var batch = new Batch();
        GuardedPipe.note(batch, name(), count, why);
        into.accept(batch);
    }

    private void restarting(String why) {
        if (!isClosing) {
            var batch = new Batch();
            batch.hint(Action.ADD);
            List<String> path = List.of("~tree", "pipes", name(), "restarts");
            path.forEach(batch::enter);
            batch.number(1);
            batch.text(why);
            path.forEach(_ -> batch.leave());
            into.accept(batch);
        }
    }

    private void rest() {
        Duration now = pause;
        pause = now.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : now.multipliedBy(2);
        long end = System.nanoTime() + now.toNanos();
        while (!isClosing && System.nanoTime() < end) {
            LockSupport.parkNanos(Math.min(50_000_000, Math.max(1, end - System.nanoTime())));
        }
    }

    /** Lets the program answer what is queued and clean up, each within its deadline, and ends it. */
    @Override
    public void close() {
        isClosing = true;
        try {
            thread.join(limits.deadline.multipliedBy(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }

    /** What is asked for of the first line of an answer to init. */
    static Optional<List<String>> fields(String answer) {
        int open = answer.indexOf('[');
        int close = answer.indexOf(']', open + 1);
        if (!answer.contains("\"fields\"") || open < 0 || close < 0) {
            return Optional.empty();
        }
        var names = new ArrayList<String>();
        for (String part : answer.substring(open + 1, close).split(",", -1)) {
            String name = part.strip();
            if (name.length() > 2 && name.startsWith("\"") && name.endsWith("\"")) {
                names.add(name.substring(1, name.length() - 1));
            }
        }
        return Optional.of(names);
    }
}

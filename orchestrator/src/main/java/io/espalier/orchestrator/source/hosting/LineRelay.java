package io.espalier.orchestrator.source.hosting;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries lines from a thread that finds out to the thread that owns the pusher's connection, so that whoever produces
 * them is never held up by a slow terminal nor writes to a connection that has been given up.
 */
final class LineRelay {

    private static final int MAX_WAITING = 1_000;
    private static final int MAX_LENGTH = 1_000;

    /** A line, or with {@code text} null the end and what went wrong, if anything did. */
    private record Item(@Nullable String text, @Nullable RuntimeException failure) {}

    private final LinkedBlockingQueue<Item> waiting = new LinkedBlockingQueue<>();
    private int dropped;

    private LineRelay() {}

    /**
     * Runs {@code producer} on a thread of its own and hands its lines to {@code out} on this one.
     *
     * @return false if it did not end within {@code limit}; it is then interrupted
     */
    static boolean run(Consumer<Consumer<String>> producer, Consumer<String> out, Duration limit) {
        var relay = new LineRelay();
        Thread thread = Thread.ofVirtual().name("push-follower").start(() -> relay.produce(producer));
        try {
            return relay.drain(out, System.nanoTime() + limit.toNanos());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            thread.interrupt();
        }
    }

    private void produce(Consumer<Consumer<String>> producer) {
        RuntimeException failure = null;
        try {
            producer.accept(this::offer);
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            waiting.add(new Item(null, failure));
        }
    }

    private synchronized void offer(String line) {
        if (waiting.size() >= MAX_WAITING) {
            dropped++;
            return;
        }
        if (dropped > 0) {
            waiting.add(new Item("(" + dropped + " lines left out)", null));
            dropped = 0;
        }
        for (String part : line.split("\n", -1)) {
            waiting.add(new Item(printable(part), null));
        }
    }

    private boolean drain(Consumer<String> out, long deadline) throws InterruptedException {
        while (true) {
            Item item = waiting.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (item == null) {
                return false;
            }
            if (item.text() == null) {
                if (item.failure() != null) {
                    throw item.failure();
                }
                return true;
            }
            out.accept(item.text());
        }
    }

    /** What a host or a commit says must not steer the pusher's terminal. */
    static String printable(String text) {
        String visible = text.replaceAll("[\\p{Cc}&&[^\t]]", "?");
        return visible.length() <= MAX_LENGTH ? visible : visible.substring(0, MAX_LENGTH) + "...";
    }
}

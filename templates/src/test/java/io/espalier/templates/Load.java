package io.espalier.templates;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Requests at a fixed rate, whether or not earlier ones have been answered (an open loop), so that a server that stalls
 * shows as late answers and not as fewer questions.
 */
final class Load implements AutoCloseable {

    /**
     * How one request ended.
     *
     * @param at nanoseconds after the start at which it was due
     * @param status 0 if there was no answer
     * @param nanos from when it was due until it was answered
     */
    record Ended(long at, int status, long nanos, String error) {

        boolean isGood() {
            return status >= 200 && status < 300;
        }
    }

    private final ConcurrentLinkedQueue<Ended> ended = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final long start = System.nanoTime();
    private final Thread pacer;

    private Load(int perSecond, IntFunction<URI> request) {
        pacer = Thread.ofPlatform().name("load").start(() -> run(perSecond, request));
    }

    static Load of(int perSecond, IntFunction<URI> request) {
        return new Load(perSecond, request);
    }

    private void run(int perSecond, IntFunction<URI> request) {
        long interval = 1_000_000_000L / perSecond;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; !over.get(); i++) {
                long due = i * interval;
                long wait = start + due - System.nanoTime();
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                }
                URI uri = request.apply(i);
                threads.execute(() -> ask(uri, due));
            }
        }
    }

    private void ask(URI uri, long due) {
        try {
            var answer = http.send(
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
            add(due, answer.statusCode(), answer.statusCode() == 200 ? "" : answer.body());
        } catch (IOException e) {
            add(due, 0, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            add(due, 0, e.toString());
        }
    }

    private void add(long due, int status, String error) {
        ended.add(new Ended(due, status, System.nanoTime() - start - due, error));
    }

    /** Nanoseconds since the first request was due. */
    long now() {
        return System.nanoTime() - start;
    }

    /** Ends it and waits for what is under way. */
    List<Ended> stop() {
        close();
        return List.copyOf(ended);
    }

    static List<Ended> failed(List<Ended> all) {
        return all.stream().filter(one -> !one.isGood()).toList();
    }

    @Override
    public void close() {
        over.set(true);
        try {
            pacer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}

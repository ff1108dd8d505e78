package io.espalier.backup.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.Receipt;
import io.espalier.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Puts objects all the time while something dies, and looks at the repository's folder itself at the moment of each
 * receipt: is the file there, with the right hash? Uses nothing of the product to look.
 */
final class DeathMatrix implements AutoCloseable {
    private static final int WORKERS = 4;
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final Path repository;
    private final ObjectSink sink;
    private final AtomicLong nextSeed = new AtomicLong(1);
    private final AtomicLong receipts = new AtomicLong();
    private final Set<Long> started = ConcurrentHashMap.newKeySet();
    private final Set<Long> arrived = ConcurrentHashMap.newKeySet();
    private final List<String> lies = java.util.Collections.synchronizedList(new ArrayList<>());
    private final List<String> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch ended = new CountDownLatch(WORKERS);
    private volatile boolean isEnding;

    DeathMatrix(Path repository, ObjectSink sink) {
        this.repository = repository;
        this.sink = sink;
        for (int i = 0; i < WORKERS; i++) {
            Thread.ofVirtual().start(this::work);
        }
    }

    private void work() {
        try {
            while (!isEnding) {
                long seed = nextSeed.getAndIncrement();
                started.add(seed);
                byte[] bytes = DeathClient.object(seed);
                Receipt receipt = sink.put(Store.name(bytes), ByteBuffer.wrap(bytes));
                witness(seed, receipt.name().sha256Hex());
            }
        } catch (IOException | InterruptedException e) {
            failures.add(e.toString());
        } finally {
            ended.countDown();
        }
    }

    private void witness(long seed, String sha256) throws IOException {
        receipts.incrementAndGet();
        if (Store.holds(repository, sha256)) {
            arrived.add(seed);
        } else {
            lies.add("receipt for object " + seed + ", and no file");
        }
    }

    /** What dies, and what brings it back; either may do nothing. */
    interface Step {
        void run() throws Exception;
    }

    /** Kills in the middle of the work, heals, and waits until the work goes on. */
    void survives(String what, Step death, Step heal) throws Exception {
        awaitMore(what + ": before", 4);
        long begin = System.nanoTime();
        death.run();
        heal.run();
        awaitMore(what + ": after", 8);
        System.out.printf("%s: %,d ms%n", what, (System.nanoTime() - begin) / 1_000_000);
        assertThat(lies).as(what).isEmpty();
    }

    /** Until {@code count} more receipts came. */
    void awaitMore(String when, int count) {
        long from = receipts.get();
        Await.until(when, LIMIT, () -> receipts.get() >= from + count || !failures.isEmpty());
        assertThat(failures).as(when).isEmpty();
    }

    /** Objects that another process puts, whose lines {@code process} prints. Killed after some receipts, run again. */
    void survivesDeathOfClient(java.util.function.Supplier<Process> client, int count, long first) throws Exception {
        for (int round = 0; ; round++) {
            long begin = System.nanoTime();
            Process process = client.get();
            int seen = 0;
            boolean isDone = false;
            try (var lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    isDone |= line.equals("DONE");
                    if (line.startsWith("RECEIPT ")) {
                        String[] words = line.split(" ", -1);
                        started.add(Long.parseLong(words[1]));
                        witness(Long.parseLong(words[1]), words[2]);
                        if (++seen == 5 && round == 0) {
                            process.toHandle().destroyForcibly(); // its last lines can still be read
                        }
                    }
                }
            }
            process.waitFor(10, TimeUnit.SECONDS);
            System.out.printf("client, round %d: %,d ms%n", round, (System.nanoTime() - begin) / 1_000_000);
            if (isDone) {
                for (long seed = first; seed < first + count; seed++) {
                    assertThat(arrived).contains(seed);
                }
                return;
            }
            assertThat(round).as("client ended early").isZero();
        }
    }

    List<String> lies() {
        return List.copyOf(lies);
    }

    long receipts() {
        return receipts.get();
    }

    /** No more new objects; everything that was begun arrives. */
    void end() throws InterruptedException {
        long begin = System.nanoTime();
        isEnding = true;
        assertThat(ended.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(failures).isEmpty();
        assertThat(lies).isEmpty();
        assertThat(arrived).isEqualTo(started);
        System.out.printf("all arrived: %,d ms%n", (System.nanoTime() - begin) / 1_000_000);
    }

    @Override
    public void close() throws InterruptedException {
        isEnding = true;
        ended.await(10, TimeUnit.SECONDS);
    }
}

package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One L1 with four workers that count together. */
class RateLimitIT {

    private static final int RATE = 40;
    private static final int BURST = 20;

    @TempDir
    Path root;

    private final Origin origin = Origin.start("weba");
    private Stack stack;

    @BeforeEach
    void start() {
        Nginx.assumeInstalled();
        stack = new Stack(root)
                .layer("l1", 1, Map.of("tier", "web", "rate", Map.of("each", RATE, "burst", BURST)))
                .workers(4)
                .origins("web", i -> origin.port(), 1)
                .start();
    }

    @AfterEach
    void stop() {
        if (stack != null) {
            stack.close();
        }
        origin.close();
    }

    /** From the definition: in any time t no more than burst + rate * t, and no fewer if more are always wanted. */
    @Test
    void severalWorkersTogetherAdmitExactlyTheBurstAndTheRate() throws InterruptedException {
        var l1 = stack.server("l1a");
        var waits = new ConcurrentLinkedQueue<String>();
        var good = new AtomicInteger();
        var other = new ConcurrentLinkedQueue<Integer>();
        long start = System.nanoTime();
        long end = start + Duration.ofSeconds(3).toNanos();
        var threads = IntStream.range(0, 16)
                .mapToObj(i -> Thread.ofVirtual().start(() -> {
                    while (System.nanoTime() < end) {
                        var answer = stack.get(l1.uri("/x"));
                        switch (answer.statusCode()) {
                            case 200 -> good.incrementAndGet();
                            case 429 ->
                                waits.add(answer.headers()
                                        .firstValue("retry-after")
                                        .orElse("none"));
                            default -> other.add(answer.statusCode());
                        }
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;

        assertThat(other).isEmpty();
        assertThat(waits).hasSizeGreaterThan(100).containsOnly("1");
        assertThat(good.get()).isLessThanOrEqualTo((int) Math.ceil(BURST + RATE * seconds));
        // requests were always waiting for 3 s; what the clock of a worker lags behind is well below 5 intervals
        assertThat(good.get()).isGreaterThanOrEqualTo(BURST + RATE * 3 - 5);
        assertThat(stack.metric(l1, "lb_limit_unsure_total")).isZero();
        assertThat(l1.nginx().workers()).hasSize(4);
        assertThat(stack.defects()).isEmpty();
    }

    @Test
    void healthCheckIsNotLimited() {
        var l1 = stack.server("l1a");
        for (int i = 0; i < 5 * BURST; i++) {
            assertThat(stack.get(l1.uri("/healthz")).statusCode()).isEqualTo(200);
        }
        assertThat(List.of(stack.get(l1.uri("/x")).statusCode())).containsExactly(200);
    }
}

package io.espalier.bench;

import io.espalier.metrics.trend.ChunkStore;
import io.espalier.metrics.trend.Frame;
import io.espalier.metrics.trend.Range;
import io.espalier.metrics.trend.Series;
import io.espalier.metrics.trend.TrendStore;
import io.espalier.metrics.trend.VictoriaStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The history: points kept a second, bytes a point, reading, beside VictoriaMetrics on the same frames. */
public final class TrendBench {
    private static final Path VICTORIA = Path.of("/usr/bin/victoria-metrics");
    private static final long DAY = 86_400;

    private TrendBench() {}

    public static void main(String[] args) throws Exception {
        Path dir = Files.createTempDirectory("trend-bench");
        try {
            for (int[] shape : new int[][] {{1_000, 8_640}, {100_000, 60}}) {
                Path own = dir.resolve("own" + shape[0]);
                double[] chunks;
                try (TrendStore store = new ChunkStore(own, line -> System.err.println(line))) {
                    chunks = run("chunk store", store, shape[0], shape[1], own, () -> {});
                }
                if (!Files.isExecutable(VICTORIA)) {
                    say("VictoriaMetrics is not installed: no peer");
                    continue;
                }
                double[] peer = victoria(dir.resolve("victoria" + shape[0]), shape);
                say(
                        "ratio           kept %.1f times as fast, read %.1f times as fast%n",
                        peer[0] / chunks[0], peer[1] / chunks[1]);
            }
        } finally {
            try (Stream<Path> all = Files.walk(dir)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static double[] victoria(Path data, int[] shape) throws Exception {
        int port;
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = any.getLocalPort();
        }
        URI base = URI.create("http://127.0.0.1:" + port);
        Process process = new ProcessBuilder(
                        VICTORIA.toString(),
                        "-httpListenAddr=127.0.0.1:" + port,
                        "-storageDataPath=" + data,
                        "-search.latencyOffset=0s")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (HttpClient http = HttpClient.newHttpClient();
                TrendStore store = new VictoriaStore(base, 10)) {
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!isHealthy(http, base) && System.nanoTime() < end) {
                LockSupport.parkNanos(50_000_000);
            }
            return run("VictoriaMetrics", store, shape[0], shape[1], data, () -> flush(http, base));
        } finally {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static boolean isHealthy(HttpClient http, URI base) throws InterruptedException {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(base.resolve("/health")).build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static void flush(HttpClient http, URI base) {
        try {
            http.send(
                    HttpRequest.newBuilder(base.resolve("/internal/force_flush"))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Seconds to keep all frames, milliseconds to read ten series of the whole time in 5 minute steps. */
    private static double[] run(String name, TrendStore store, int series, int frames, Path data, Runnable settle)
            throws IOException {
        var random = new Random(1);
        long from = System.currentTimeMillis() / 1000 / DAY * DAY - DAY;
        var keys = new ArrayList<String>();
        var values = new double[series];
        for (int i = 0; i < series; i++) {
            keys.add("host" + i / 10 + ",metric" + i % 10);
        }
        double seconds = 0;
        for (int f = 0; f < frames; f++) {
            var frame = new Frame(from + f * 10L);
            for (int i = 0; i < series; i++) {
                // A third each stands still, counts, and wanders.
                values[i] += i % 3 == 0 ? 0 : i % 3 == 1 ? random.nextInt(100) : random.nextInt(201) / 100.0 - 1;
                frame.add(keys.get(i), values[i]);
            }
            long start = System.nanoTime();
            store.append(frame);
            seconds += (System.nanoTime() - start) / 1e9;
        }
        settle.run();
        double points = (double) series * frames;
        say(
                "%-15s %,d series, %,d frames: %,.0f points a second, %.2f bytes a point on disk (all tiers)",
                name, series, frames, points / seconds, size(data) / points);
        Range range = Range.of(from, from + frames * 10L, 300);
        var times = new double[21];
        for (int i = 0; i < times.length; i++) {
            int first = random.nextInt(series - 10);
            List<String> ten = keys.subList(first, first + 10);
            long start = System.nanoTime();
            List<Series> read = store.read(ten, range);
            times[i] = (System.nanoTime() - start) / 1e6;
            if (read.stream().anyMatch(Series::isEmpty)) {
                throw new IllegalStateException("nothing read of " + ten);
            }
        }
        Arrays.sort(times);
        say("%-15s ten series of it in 5 min steps: median %.1f ms", name, times[times.length / 2]);
        return new double[] {seconds, times[times.length / 2]};
    }

    private static long size(Path dir) throws IOException {
        long sum = 0;
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                sum += Files.size(path);
            }
        }
        return sum;
    }

    private static void say(String format, Object... args) {
        System.out.printf(Locale.ROOT, format + "%n", args);
    }
}

package io.espalier.bench;

import io.espalier.metrics.live.Answers;
import io.espalier.metrics.pipe.AccessLog;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** An access log through all pipes into a tree, and out as JSON (args: file, threads, output). */
public final class AccessLogBench {
    private static final int FLUSH_BYTES = 4 << 20;

    private AccessLogBench() {}

    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        Path file = Path.of(args[0]);
        int threads = Integer.parseInt(args[1]);
        long start = System.nanoTime();
        var tree = new MetricTree(TreeSettings.ofMachine(), InstantSource.system());
        long size = Files.size(file);
        long lines = 0;
        var parts = new ArrayList<Callable<Long>>();
        for (int i = 0; i < threads; i++) {
            long from = lineStart(file, size * i / threads);
            long to = lineStart(file, size * (i + 1) / threads);
            parts.add(() -> part(file, from, to, tree));
        }
        try (var pool = Executors.newFixedThreadPool(threads)) {
            for (var done : pool.invokeAll(parts)) {
                lines += done.get();
            }
        }
        String json = Answers.list(new Queries(tree, Budget.USUAL).run(Query.parse("")));
        Files.writeString(Path.of(args[2]), json);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "%d lines %.2f s %.0f lines/s%n", lines, seconds, lines / seconds);
    }

    private static long lineStart(Path file, long near) throws IOException {
        if (near == 0 || near >= Files.size(file)) {
            return near;
        }
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(near - 1);
            int c;
            do {
                c = in.read();
            } while (c >= 0 && c != '\n');
            return in.getFilePointer();
        }
    }

    private static long part(Path file, long from, long to, MetricTree tree) throws IOException {
        var log = new AccessLog(Optional.of(LogFormat.of("combined")), (_, _, _, _, _, _) -> {});
        var batch = new Batch();
        byte[] buffer = new byte[FLUSH_BYTES];
        int held = 0;
        long at = from;
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(from);
            while (at < to) {
                int n = in.read(buffer, held, (int) Math.min(buffer.length - held, to - at));
                if (n < 0) {
                    break;
                }
                at += n;
                int end = held + n;
                int whole = end;
                while (at < to && whole > 0 && buffer[whole - 1] != '\n') {
                    whole--;
                }
                log.block(buffer, 0, whole);
                System.arraycopy(buffer, whole, buffer, 0, end - whole);
                held = end - whole;
                log.flush(batch);
                tree.merge(batch);
                batch.clear();
            }
        }
        return log.lines();
    }
}

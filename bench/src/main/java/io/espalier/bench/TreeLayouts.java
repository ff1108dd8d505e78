package io.espalier.bench;

import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Policy;
import io.espalier.metrics.tree.TreeSettings;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One merge into a leaf four levels down: node objects with maps, struct of arrays, and that by whole batches. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // filled by the set-up
public class TreeLayouts {
    private static final int PUSHES = 1 << 16;

    /** How many different leaves are written: few that fit the cache, or many that do not. */
    @Param({"1000", "1000000"})
    int leaves;

    private String[][] paths;
    private Batch[] batches;
    private HashMapTree objects;
    private MetricTree arrays;

    @Setup(Level.Trial)
    public void fill() {
        objects = new HashMapTree();
        arrays = new MetricTree(new TreeSettings(1, Policy.OPEN, 1_000_000), InstantSource.system());
        var random = new Random(1);
        paths = new String[PUSHES][];
        batches = new Batch[PUSHES];
        for (int i = 0; i < leaves; i++) {
            String[] path = path(i);
            objects.add(1, path);
            var batch = new Batch();
            batch.add(1, path);
            arrays.merge(batch);
        }
        for (int i = 0; i < PUSHES; i++) {
            paths[i] = path(random.nextInt(leaves));
            batches[i] = new Batch();
            batches[i].add(1, paths[i]);
        }
    }

    /** host, virtual host, URL, status: 1.5 nodes a leaf. */
    static String[] path(int i) {
        return new String[] {"host" + i / 1000, "vhost" + i / 100 % 10, "/url/" + i / 2 % 50, "st" + i % 2};
    }

    @Benchmark
    @OperationsPerInvocation(PUSHES)
    public void nodeObjectsWithMaps() {
        for (String[] path : paths) {
            objects.add(1, path);
        }
    }

    @Benchmark
    @OperationsPerInvocation(PUSHES)
    public void structOfArrays() {
        for (Batch batch : batches) {
            arrays.merge(batch);
        }
    }
}

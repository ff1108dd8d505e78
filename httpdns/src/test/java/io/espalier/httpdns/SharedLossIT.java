package io.espalier.httpdns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Trace;
import io.espalier.httpdns.redis.SharedCounts;
import io.espalier.httpdns.resolve.ResolveSettings;
import io.espalier.httpdns.resolve.ScriptedUpstream;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Nodes that share a Redis Cluster of six, and what clients notice when it breaks: nothing but a little time. Starting a
 * cluster takes seconds, so there is one, and each test leaves less of it than the one before.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SharedLossIT {
    /** The leash is 40 ms for a look and for a lease; the rest is a busy machine's. */
    private static final Duration SLOWEST = Duration.ofMillis(600);

    private RedisServers redis;
    private ScriptedUpstream upstream;
    private final List<Resolving> nodes = new ArrayList<>();
    private int names;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        assumeTrue(RedisServers.isInstalled(), "needs redis-server");
        redis = RedisServers.cluster(folder);
        upstream = new ScriptedUpstream(query -> {});
        answer();
        for (var i = 0; i < 3; i++) {
            nodes.add(new Resolving(
                    ResolvingSettings.of(ResolveSettings.of(List.of(upstream.upstream())))
                            .with(redis.settings()),
                    Clock.systemUTC()));
        }
        Await.until("all nodes are connected", () -> {
            for (var node : nodes) {
                node.lookup(new Question("warm" + names++ + ".example", 1, null), Trace.NONE);
            }
            return nodes.stream().allMatch(node -> shared(node).misses() > 0);
        });
    }

    @BeforeEach
    void answer() {
        upstream.script(query -> query.send(query.reply(query.name() + " 60 A 192.0.2.1")));
    }

    @AfterAll
    void stop() {
        nodes.forEach(Resolving::close);
        if (upstream != null) {
            upstream.close();
        }
        if (redis != null) {
            redis.close();
        }
    }

    private static SharedCounts shared(Resolving node) {
        var counts = node.counts().shared();
        assertThat(counts).isNotNull();
        return counts;
    }

    /** New names on all nodes; each has to be answered well, and soon. Gives the slowest in nanoseconds. */
    private long lookUp(int count) throws InterruptedException {
        var slowest = 0L;
        for (var i = 0; i < count; i++) {
            var start = System.nanoTime();
            var answer =
                    nodes.get(i % nodes.size()).lookup(new Question("n" + names++ + ".example", 1, null), Trace.NONE);
            slowest = Math.max(slowest, System.nanoTime() - start);
            assertThat(answer.rcode()).isZero();
            assertThat(answer.records()).hasSize(1);
        }
        return slowest;
    }

    private void staysWell(int count) throws InterruptedException {
        assertThat(Duration.ofNanos(lookUp(count))).isLessThan(SLOWEST);
    }

    @Test
    @Order(1)
    void tenThousandMissesOnThreeNodesAreAtMostThreeQuestions() throws Exception {
        upstream.script(query -> {
            query.after(Duration.ofMillis(100));
            query.send(query.reply(query.name() + " 60 A 192.0.2.1"));
        });
        var before = upstream.count();
        var question = new Question("stampede.example", 1, null);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Callable<Answer>>();
            for (var i = 0; i < 10_000; i++) {
                var node = nodes.get(i % 3);
                all.add(() -> node.lookup(question, Trace.NONE));
            }
            for (var each : threads.invokeAll(all)) {
                assertThat(each.get().records()).hasSize(1);
            }
        }
        assertThat(upstream.count() - before).isBetween(1, 3);
    }

    @Test
    @Order(2)
    void nodeFindsWhatAnotherSearchedFor() throws Exception {
        var question = new Question("shared.example", 1, null);
        assertThat(nodes.get(0).lookup(question, Trace.NONE).origin()).isEqualTo(Origin.UPSTREAM);
        Await.until("written", () -> shared(nodes.get(0)).written() > 0 && !isMissed(question));
        assertThat(nodes.get(2).lookup(question, Trace.NONE).origin()).isEqualTo(Origin.REDIS);
    }

    private boolean isMissed(Question question) throws Exception {
        return nodes.get(1).lookup(question, Trace.NONE).origin() == Origin.UPSTREAM;
    }

    @Test
    @Order(6)
    void killedMasterIsNotNoticedAndItsReplicaIsUsed() throws Exception {
        staysWell(60);
        var slot = JedisClusterCRC16.getSlot("dn:{failover.example}:1");
        var master = redis.memberOf(slot);
        redis.member(master).kill();
        staysWell(300);
        Await.until("the replica took over", () -> redis.memberOf(slot) != master);
        var question = new Question("failover.example", 1, null);
        Await.until("the shard is used again", () -> {
            nodes.get(0).forget("failover.example");
            nodes.get(0).lookup(question, Trace.NONE);
            nodes.get(1).forgetAll();
            return nodes.get(1).lookup(question, Trace.NONE).origin() == Origin.REDIS;
        });
        staysWell(60);
    }

    @Test
    @Order(5)
    void slotThatNobodyServesLeavesTheOthersInUse() throws Exception {
        var lost = JedisClusterCRC16.getSlot("dn:{lost.example}:1");
        for (var i = 0; i < redis.count(); i++) {
            try (var jedis = redis.admin(i)) {
                jedis.clusterDelSlots(lost);
            } catch (JedisDataException e) {
                assertThat(e).hasMessageContaining("unassigned");
            }
        }
        for (var node : nodes) {
            assertThat(node.lookup(new Question("lost.example", 1, null), Trace.NONE)
                            .rcode())
                    .isZero();
        }
        staysWell(100);
        var hits = shared(nodes.get(1)).hits();
        Await.until("the other slots are still shared", () -> {
            var question = new Question("kept" + names++ + ".example", 1, null);
            nodes.get(0).lookup(question, Trace.NONE);
            nodes.get(1).lookup(question, Trace.NONE);
            return shared(nodes.get(1)).hits() > hits;
        });
    }

    @Test
    @Order(3)
    void emptiedCacheIsFilledAgain() throws Exception {
        lookUp(60);
        for (var i = 0; i < 3; i++) {
            try (var jedis = redis.admin(i)) {
                jedis.flushAll();
            }
        }
        staysWell(60);
        var question = new Question("again.example", 1, null);
        nodes.get(0).lookup(question, Trace.NONE);
        Await.until("shared again", () -> {
            nodes.get(1).forgetAll();
            return nodes.get(1).lookup(question, Trace.NONE).origin() == Origin.REDIS;
        });
    }

    @Test
    @Order(4)
    void frozenNodeCostsNoMoreThanTheLeash() throws Exception {
        redis.member(0).freeze();
        try {
            staysWell(300);
        } finally {
            redis.member(0).thaw();
        }
        Await.until("no shard is left alone any more", () -> {
            lookUp(30);
            return nodes.stream().allMatch(node -> shared(node).out().isEmpty());
        });
    }

    @Test
    @Order(7)
    void lossOfAllIsNotNoticed() throws Exception {
        lookUp(30);
        for (var i = 0; i < redis.count(); i++) {
            redis.member(i).kill();
        }
        staysWell(300);
        assertThat(shared(nodes.get(0)).unavailable()).isPositive();
        try (var late = new Resolving(
                ResolvingSettings.of(ResolveSettings.of(List.of(upstream.upstream())))
                        .with(redis.settings()),
                Clock.systemUTC())) {
            assertThat(late.lookup(new Question("late.example", 1, null), Trace.NONE)
                            .rcode())
                    .as("a node that starts without Redis")
                    .isZero();
        }
    }
}

package io.espalier.httpdns.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoryCacheTest {
    private static final long NOW = 1_000_000_000_000L;
    private final MemoryCache cache = new MemoryCache(1 << 20, CacheRules.USUAL);

    private static Kept kept(String name, int number, long seconds, @Nullable Subnet scope, boolean everyone) {
        var data = new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
        var text = "10." + (data[1] & 0xff) + "." + (data[2] & 0xff) + "." + (data[3] & 0xff);
        var body = Packing.pack(name, 0, null, List.of(new ResourceRecord(name, 1, seconds, data, text)), List.of());
        return new Kept(body, NOW, NOW + seconds * 1000, NOW + seconds * 1000 + 60_000, scope, everyone);
    }

    private static Question ask(String name, @Nullable Subnet client) {
        return new Question(name, 1, client);
    }

    private static Subnet random(Random random, int least) throws UnknownHostException {
        // few bits that differ, so that networks lie within each other
        var bytes = new byte[] {(byte) 203, (byte) random.nextInt(4), (byte) (random.nextInt(4) << 6), 0};
        return new Subnet(InetAddress.getByAddress(bytes), random.nextInt(least, 25));
    }

    @Test
    void clientGetsTheFreshAnswerOfTheLongestPrefixThatCoversIt() throws Exception {
        for (var seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var all = new ArrayList<Kept>();
            var small = new MemoryCache(1 << 20, CacheRules.USUAL);
            for (var i = 0; i < 40; i++) {
                var scope = random.nextInt(10) == 0 ? null : random(random, 8);
                var added = kept("x", i, random.nextInt(1, 100), scope, scope == null && random.nextBoolean());
                all.removeIf(old -> Objects.equals(old.scope(), scope));
                all.add(added);
                small.put(ask("x", scope), added, NOW);
            }
            for (var i = 0; i < 50; i++) {
                var client = random.nextInt(10) == 0 ? null : random(random, 24);
                var at = NOW + random.nextInt(170_000);
                var expected = all.stream()
                        .filter(each -> each.isUsable(at) && each.suits(client))
                        .max(Comparator.comparing((Kept each) -> each.isFresh(at))
                                .thenComparingInt(each ->
                                        each.scope() == null ? -1 : each.scope().prefix()))
                        .orElse(null);
                assertThat(small.find(ask("x", client), at)).as("seed " + seed).isSameAs(expected);
            }
        }
    }

    @Test
    void networksOfANameAreBoundedAndTheOneThatExpiresFirstGoes() throws Exception {
        for (var i = 0; i < 200; i++) {
            var scope = new Subnet(InetAddress.getByAddress(new byte[] {(byte) 203, 0, (byte) i, 0}), 24);
            cache.put(ask("x", scope), kept("x", i, 1000 - i, scope, false), NOW);
        }
        var found = 0;
        for (var i = 0; i < 200; i++) {
            var scope = new Subnet(InetAddress.getByAddress(new byte[] {(byte) 203, 0, (byte) i, 0}), 24);
            found += cache.find(ask("x", scope), NOW) == null ? 0 : 1;
        }
        assertThat(found).isEqualTo(Slot.SCOPES);
    }

    @Test
    void cacheStaysWithinItsBytes() {
        for (var i = 0; i < 50_000; i++) {
            cache.put(ask("name-" + i + ".example", null), kept("name-" + i + ".example", i, 60, null, true), NOW);
        }
        assertThat(cache.bytes()).isLessThanOrEqualTo(1 << 20);
        assertThat(cache.size()).isBetween(2_000L, 8_000L);
    }

    @Test
    void failureDoesNotHideAnAnswerThatMayStillBeGiven() {
        cache.put(ask("x", null), kept("x", 1, 10, null, true), NOW);
        cache.failed(ask("x", null), "broken", NOW + 20_000);
        var stale = cache.find(ask("x", null), NOW + 20_000);
        assertThat(stale).isNotNull();
        assertThat(stale.failures()).isZero();
        assertThat(stale.isToldAsStale(NOW + 49_000)).isTrue();
        assertThat(stale.isToldAsStale(NOW + 51_000)).isFalse();
        cache.failed(ask("x", null), "broken", NOW + 100_000);
        var failure = cache.find(ask("x", null), NOW + 100_000);
        assertThat(failure).isNotNull();
        assertThat(failure.fresh(ask("x", null), NOW + 100_000, Origin.MEMORY))
                .satisfies(answer -> assertThat(answer.origin()).isEqualTo(Origin.FAILURE))
                .satisfies(answer -> assertThat(answer.rcode()).isEqualTo(2))
                .satisfies(answer -> assertThat(answer.note()).isEqualTo("broken"))
                .satisfies(answer -> assertThat(answer.ttl()).isEqualTo(5));
    }

    @Test
    void forgottenNameIsGoneForAllTypes() {
        cache.put(ask("x", null), kept("x", 1, 10, null, true), NOW);
        cache.put(new Question("x", 28, null), kept("x", 1, 10, null, true), NOW);
        cache.put(ask("y", null), kept("y", 1, 10, null, true), NOW);
        cache.forget("x");
        assertThat(cache.find(ask("x", null), NOW)).isNull();
        assertThat(cache.find(new Question("x", 28, null), NOW)).isNull();
        assertThat(cache.find(ask("y", null), NOW)).isNotNull();
    }

    @Test
    void forgottenTreeIsGoneAndNothingElse() {
        for (var name : List.of("b.example", "x.b.example", "y.x.b.example", "ab.example", "example")) {
            cache.put(ask(name, null), kept(name, 1, 10, null, true), NOW);
        }
        cache.put(new Question("x.b.example", 28, null), kept("x.b.example", 1, 10, null, true), NOW);

        assertThat(cache.forgetBelow("b.example")).containsExactly("b.example", "x.b.example", "y.x.b.example");

        assertThat(cache.find(ask("x.b.example", null), NOW)).isNull();
        assertThat(cache.find(new Question("x.b.example", 28, null), NOW)).isNull();
        assertThat(cache.find(ask("ab.example", null), NOW)).isNotNull();
        assertThat(cache.find(ask("example", null), NOW)).isNotNull();
    }

    @Test
    void ttlRunsDownAndNeverReachesNothing() {
        var random = new Random(4);
        for (var round = 0; round < 10_000; round++) {
            var seconds = random.nextInt(1, 86_400);
            var each = kept("x", 1, seconds, null, true);
            var elapsed = random.nextLong(seconds * 1000L);
            var answer = each.fresh(ask("x", null), NOW + elapsed, Origin.MEMORY);
            assertThat(answer.ttl()).isBetween(1L, (long) seconds).isEqualTo((seconds * 1000L - elapsed + 999) / 1000);
            assertThat(answer.records().getFirst().ttl()).isBetween(1L, answer.ttl());
        }
    }
}

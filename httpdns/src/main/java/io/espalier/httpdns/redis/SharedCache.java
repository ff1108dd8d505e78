package io.espalier.httpdns.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.cache.Kept;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.SetParams;

/**
 * The cache that nodes share. No call throws, none takes longer than the leash, whatever becomes of Redis. Safe for use
 * by many threads.
 */
public final class SharedCache implements AutoCloseable {
    private static final int SCOPES = 64;
    private static final long LEASE_MILLIS = 2000;
    private static final int TYPES = 260;
    private static final byte[] RELEASE =
            "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) end return 0".getBytes(UTF_8);

    private final Leash leash;
    private final Writes writes;
    private final byte[] node;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /** Returns at once; the connection is made, and made again, behind the scenes. */
    public SharedCache(RedisSettings settings) {
        this.leash = new Leash(settings);
        this.writes = new Writes(settings.writes(), leash);
        var id = new byte[8];
        new SecureRandom().nextBytes(id);
        this.node = HexFormat.of().formatHex(id).getBytes(UTF_8);
    }

    /**
     * The best answer there is, as {@link io.espalier.httpdns.cache.MemoryCache#find} has it.
     *
     * @param now milliseconds since 1970
     */
    public Looked find(Question question, long now) throws InterruptedException {
        var base = Schema.key(question.name(), question.type(), null);
        var said = leash.within(base, redis -> best(redis, question, base, now));
        return switch (said) {
            case Leash.Said.Nothing<Best> nothing -> new Looked.Unavailable(nothing.reason());
            case Leash.Said.Value<Best> value -> {
                var kept = value.value().kept;
                (kept == null ? misses : hits).increment();
                yield kept == null ? new Looked.Miss() : new Looked.Hit(kept);
            }
        };
    }

    private record Best(@Nullable Kept kept) {}

    private static Best best(UnifiedJedis redis, Question question, byte[] base, long now) {
        var client = question.client();
        if (client == null) {
            var kept = Schema.kept(redis.get(base), null, now);
            return new Best(kept != null && kept.suits(null) ? kept : null);
        }
        var candidates = new ArrayList<String>();
        for (var each : redis.zrange(Schema.scopes(question.name()), 0, -1)) {
            var member = new String(each, UTF_8);
            var scope = Schema.scope(member, question.type());
            if (scope != null && scope.covers(client)) {
                candidates.add(member);
            }
        }
        candidates.sort(Comparator.comparingInt((String each) -> prefix(each, question.type()))
                .reversed());
        Kept stale = null;
        for (var each : candidates) {
            var scope = Schema.scope(each, question.type());
            var kept = Schema.kept(redis.get(Schema.key(question.name(), each)), scope, now);
            if (kept != null && kept.isFresh(now)) {
                return new Best(kept);
            }
            stale = stale == null ? kept : stale;
        }
        var everyone = Schema.kept(redis.get(base), null, now);
        if (everyone != null && everyone.suits(client) && (everyone.isFresh(now) || stale == null)) {
            return new Best(everyone);
        }
        return new Best(stale);
    }

    private static int prefix(String member, int type) {
        var scope = Schema.scope(member, type);
        return scope == null ? -1 : scope.prefix();
    }

    /** Asks for the right to search, for two seconds at most. */
    public Lease lease(Question question) throws InterruptedException {
        var key = Schema.lease(question);
        var params = SetParams.setParams().nx().px(LEASE_MILLIS);
        var said = leash.within(key, redis -> redis.set(key, node, params) != null);
        return switch (said) {
            case Leash.Said.Nothing<Boolean> nothing -> Lease.UNKNOWN;
            case Leash.Said.Value<Boolean> value -> value.value() ? Lease.GRANTED : Lease.HELD;
        };
    }

    /** Gives the right back, behind the caller's back. */
    public void release(Question question) {
        var key = Schema.lease(question);
        writes.add(key, redis -> redis.eval(RELEASE, List.of(key), List.of(node)));
    }

    /** Keeps an answer for all nodes, behind the caller's back. */
    public void put(Question question, Kept kept, long now) {
        var usable = kept.staleUntil() - now;
        if (usable <= 0) {
            return;
        }
        var key = Schema.key(question.name(), question.type(), kept.scope());
        var value = Schema.value(kept);
        writes.add(key, redis -> {
            redis.set(key, value, SetParams.setParams().px(usable));
            if (kept.scope() != null) {
                index(redis, question, kept, now, usable);
            }
        });
    }

    /** The set outlives its longest member: a shorter one must not cut its time. */
    private static void index(UnifiedJedis redis, Question question, Kept kept, long now, long usable) {
        var scopes = Schema.scopes(question.name());
        // milliseconds since 1970 are far below 2^53: a double holds them whole
        var member = Schema.member(question.type(), kept.scope()).getBytes(UTF_8);
        redis.zadd(scopes, (double) kept.staleUntil(), member);
        redis.zremrangeByScore(scopes, Double.NEGATIVE_INFINITY, (double) now);
        redis.zremrangeByRank(scopes, 0, -SCOPES - 1L);
        if (redis.pttl(scopes) < usable) {
            redis.pexpire(scopes, usable);
        }
    }

    /** Forgets a name: its usual types, those up to {@value #TYPES}, and all networks. Behind the caller's back. */
    public void forget(String name) {
        var scopes = Schema.scopes(name);
        writes.add(scopes, redis -> {
            var keys = new ArrayList<byte[]>();
            for (var each : redis.zrange(scopes, 0, -1)) {
                keys.add(Schema.key(name, new String(each, UTF_8)));
            }
            for (var type = 1; type < TYPES; type++) {
                keys.add(Schema.key(name, type, null));
            }
            keys.add(scopes);
            redis.del(keys.toArray(byte[][]::new));
        });
    }

    public SharedCounts counts() {
        return new SharedCounts(
                hits.sum(), misses.sum(), leash.unavailable(), writes.written(), writes.dropped(), leash.out());
    }

    /** True once nothing waits to be written. */
    public boolean isCalm() {
        return writes.isCalm();
    }

    @Override
    public void close() {
        writes.close();
        leash.close();
    }
}

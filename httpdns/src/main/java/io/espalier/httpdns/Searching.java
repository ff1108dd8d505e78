package io.espalier.httpdns;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Trace;
import io.espalier.httpdns.cache.CacheRules;
import io.espalier.httpdns.cache.Kept;
import io.espalier.httpdns.cache.MemoryCache;
import io.espalier.httpdns.cache.Packing;
import io.espalier.httpdns.redis.Lease;
import io.espalier.httpdns.redis.Looked;
import io.espalier.httpdns.redis.SharedCache;
import io.espalier.httpdns.resolve.Finding;
import io.espalier.httpdns.resolve.Upstreams;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A search for what this process does not have: in the shared cache, then, if no other node is at it, among the
 * upstreams. What it finds is kept in both caches.
 */
final class Searching {
    private static final int NO_ERROR = 0;
    private static final int SERVER_FAILURE = 2;
    /** How long to wait for another node's search, look by look: 140 ms together, then it is searched here too. */
    private static final List<Duration> LOOKS =
            List.of(Duration.ofMillis(20), Duration.ofMillis(40), Duration.ofMillis(80));

    private final CacheRules rules;
    private final InstantSource clock;
    private final MemoryCache memory;
    private final @Nullable SharedCache shared;
    private final Upstreams upstreams;
    private final Duration limit;

    Searching(
            CacheRules rules,
            InstantSource clock,
            MemoryCache memory,
            @Nullable SharedCache shared,
            Upstreams upstreams,
            Duration limit) {
        this.rules = rules;
        this.clock = clock;
        this.memory = memory;
        this.shared = shared;
        this.upstreams = upstreams;
        this.limit = limit;
    }

    /** @param early true if what is kept is still fresh: then another node's search will do, and a failure changes nothing */
    Answer search(Question question, boolean early, Trace trace) {
        var kept = memory.find(question, clock.millis());
        if (!early && kept != null && kept.isFresh(clock.millis())) {
            trace.step("memory", "another search just found it");
            return kept.fresh(question, clock.millis(), Origin.MEMORY);
        }
        try {
            return shared == null
                    ? ask(question, early, trace)
                    : throughShared(shared, question, early ? kept : null, trace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return staleOr(question, "interrupted");
        }
    }

    /** @param known what is to be refreshed early; null if there is nothing fresh */
    private Answer throughShared(SharedCache cache, Question question, @Nullable Kept known, Trace trace)
            throws InterruptedException {
        var looked = look(cache, question, known, trace);
        if (looked != null) {
            return looked;
        }
        var lease = cache.lease(question);
        if (lease == Lease.GRANTED) {
            trace.step("redis", "this node searches for all");
        }
        if (lease == Lease.HELD) {
            trace.step("redis", "another node searches already");
            if (known != null) {
                return known.fresh(question, clock.millis(), Origin.MEMORY);
            }
            for (var wait : LOOKS) {
                Thread.sleep(wait);
                looked = look(cache, question, null, trace);
                if (looked != null) {
                    return looked;
                }
            }
        }
        try {
            return ask(question, known != null, trace);
        } finally {
            if (lease == Lease.GRANTED) {
                cache.release(question);
            }
        }
    }

    private @Nullable Answer look(SharedCache cache, Question question, @Nullable Kept known, Trace trace)
            throws InterruptedException {
        var now = clock.millis();
        return switch (cache.find(question, now)) {
            case Looked.Miss miss -> {
                trace.step("redis", "nothing");
                yield null;
            }
            case Looked.Unavailable unavailable -> {
                trace.step("redis", unavailable.reason());
                yield null;
            }
            case Looked.Hit hit -> {
                try {
                    yield taken(question, hit.kept(), known, now, trace);
                } catch (IllegalArgumentException e) {
                    trace.step("redis", "something that cannot be read: " + e.getMessage());
                    yield null;
                }
            }
        };
    }

    private @Nullable Answer taken(Question question, Kept kept, @Nullable Kept known, long now, Trace trace) {
        var answer = kept.fresh(question, now, Origin.REDIS); // reads it whole: what is broken goes no further
        if (!kept.isFresh(now)) {
            var own = memory.find(question, now);
            if (own == null || own.failures() > 0) {
                memory.put(question, kept, now);
            }
            trace.step("redis", "past its time");
            return null;
        }
        if (known != null && kept.freshUntil() <= known.freshUntil()) {
            trace.step("redis", "no newer than what is here");
            return null;
        }
        memory.put(question, kept, now);
        trace.step("redis", "fresh");
        return answer;
    }

    private Answer ask(Question question, boolean early, Trace trace) throws InterruptedException {
        return switch (upstreams.find(question, limit, trace)) {
            case Finding.Found found -> keep(question, found, trace);
            case Finding.Failed failed -> {
                if (!early) {
                    memory.failed(question, failed.reason(), clock.millis());
                }
                yield staleOr(question, failed.reason());
            }
        };
    }

    private Answer keep(Question question, Finding.Found found, Trace trace) {
        var seconds = rules.lifetime(question.type(), found.rcode(), found.records(), found.authority());
        var positive = found.rcode() == NO_ERROR && found.authority().isEmpty();
        // an answer that there is nothing holds for every network (RFC 7871 section 7.4)
        var scope = positive ? found.scope() : null;
        var everyone = !positive || found.forEveryone();
        var body = Packing.pack(question.name(), found.rcode(), null, found.records(), found.authority());
        var now = clock.millis();
        var until = now + rules.kept(seconds, ThreadLocalRandom.current().nextDouble());
        var kept = new Kept(body, now, until, until + rules.staleFor().toMillis(), scope, everyone);
        if (seconds == 0) {
            trace.step("memory", "not kept: the answer gives no time to live");
            memory.remove(question);
        } else {
            trace.step("memory", "kept for " + seconds + " s" + (scope == null ? "" : " for " + scope));
            memory.put(question, kept, now);
            if (shared != null) {
                shared.put(question, kept, now);
            }
        }
        return kept.fresh(question, now, Origin.UPSTREAM);
    }

    /** What is kept, if need be as stale; else a failure that is not remembered. */
    Answer staleOr(Question question, String reason) {
        var now = clock.millis();
        var kept = memory.find(question, now);
        if (kept != null && kept.failures() == 0) {
            return kept.isFresh(now) ? kept.fresh(question, now, Origin.MEMORY) : stale(question, kept, reason);
        }
        return new Answer(question, SERVER_FAILURE, List.of(), List.of(), null, 1, Origin.FAILURE, reason);
    }

    Answer stale(Question question, Kept kept, String reason) {
        return kept.stale(question, rules.staleTtl().toSeconds(), "stale: " + reason);
    }
}

package io.espalier.httpdns.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.espalier.httpdns.answer.Question;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What this process keeps, bounded by bytes; what is used least is forgotten first. A name and type have one answer for
 * everyone and a bounded number for networks. The client of a question is the network its answer may depend on, not
 * more. Safe for use by many threads; reading takes no lock.
 */
public final class MemoryCache {
    /** Caffeine's node, the map's own, the key and its name: measured with compact object headers. */
    private static final int ENTRY = 136;

    private record Key(String name, int type) {}

    private final Cache<Key, Held> held;
    private final CacheRules rules;

    /** @param bytes of heap that it may take, about */
    public MemoryCache(long bytes, CacheRules rules) {
        this.rules = rules;
        this.held = Caffeine.newBuilder()
                .maximumWeight(bytes)
                .<Key, Held>weigher((key, each) -> ENTRY + ((key.name.length() + 7) & ~7) + each.weight())
                .executor(Runnable::run)
                .build();
    }

    /**
     * The best there is: the fresh one with the longest prefix, else a stale one, else a failure.
     *
     * @return null for nothing; else fresh, or not fresh but usable
     */
    public @Nullable Kept find(Question question, long now) {
        var each = held.getIfPresent(new Key(question.name(), question.type()));
        return switch (each) {
            case null -> null;
            case Kept kept -> kept.isUsable(now) && kept.suits(question.client()) ? kept : null;
            case Slot slot -> best(slot.answers(), question, now);
        };
    }

    private static @Nullable Kept best(List<Kept> answers, Question question, long now) {
        Kept stale = null;
        Kept failure = null;
        for (var each : answers) {
            if (!each.isUsable(now) || !each.suits(question.client())) {
                continue;
            }
            if (each.failures() > 0) {
                failure = each;
            } else if (each.isFresh(now)) {
                return each;
            } else if (stale == null) {
                stale = each;
            }
        }
        return stale == null ? failure : stale;
    }

    public void put(Question question, Kept kept, long now) {
        held.asMap().compute(new Key(question.name(), question.type()), (key, old) -> Slot.with(old, kept, now));
    }

    /**
     * Remembers that the upstreams failed. If there is an answer to give instead, that is marked as not worth a retry
     * for a while; else the failure itself is kept, longer each time.
     */
    public void failed(Question question, String reason, long now) {
        held.asMap().compute(new Key(question.name(), question.type()), (key, old) -> {
            var failures = 0;
            for (var each : Slot.answers(old)) {
                if (each.failures() > 0) {
                    failures = each.failures();
                } else if (each.isUsable(now) && (each.suits(question.client()) || each.scope() == null)) {
                    each.retryAt(now + rules.staleRecheck().toMillis());
                    return old;
                }
            }
            var body = Packing.pack(question.name(), 2, reason, List.of(), List.of());
            var until = now + rules.failure(failures).toMillis();
            return Slot.with(old, Kept.failure(body, now, until, failures + 1), now);
        });
    }

    /** Forgets what a client as this one would be given. */
    public void remove(Question question) {
        held.asMap()
                .computeIfPresent(
                        new Key(question.name(), question.type()), (key, old) -> Slot.without(old, question.client()));
    }

    /** Forgets a name: all types, all networks. Looks at every key. */
    public void forget(String name) {
        held.asMap().keySet().removeIf(key -> key.name.equals(name));
    }

    /**
     * Forgets a name and all below it. Looks at every key.
     *
     * @return the names that went
     */
    public Set<String> forgetBelow(String name) {
        var gone = new TreeSet<String>();
        var end = "." + name;
        for (var key : held.asMap().keySet()) {
            if (key.name.equals(name) || key.name.endsWith(end)) {
                gone.add(key.name);
                held.invalidate(key);
            }
        }
        return gone;
    }

    /** Forgets everything. */
    public void clear() {
        held.invalidateAll();
    }

    /** Names and types kept, about. */
    public long size() {
        return held.estimatedSize();
    }

    /** Bytes of heap taken, about. */
    public long bytes() {
        held.cleanUp();
        return held.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }
}

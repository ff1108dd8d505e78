package io.espalier.httpdns.cache;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Subnet;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One answer that is kept, packed. Times are milliseconds since 1970. Immutable but for two hints, how often it was
 * given and when a stale one is worth another try, which are lost or late at times without harm.
 */
public final class Kept implements Held {
    private static final int COUNTED_HITS = 1000;

    private final byte[] body;
    private final long storedAt;
    private final long freshUntil;
    private final long staleUntil;
    private final @Nullable Subnet scope;
    private final boolean forEveryone;
    private final int failures;
    private int hits;
    private long retryAt;

    /**
     * @param body see {@link Packing}
     * @param staleUntil at or after {@code freshUntil}
     * @param scope the network it holds for; null if none was named
     * @param forEveryone false if it may only be given to clients of the scope, or without one to clients whose network
     *     is not known
     */
    public Kept(
            byte[] body, long storedAt, long freshUntil, long staleUntil, @Nullable Subnet scope, boolean forEveryone) {
        this(body, storedAt, freshUntil, staleUntil, scope, forEveryone, 0);
    }

    private Kept(
            byte[] body,
            long storedAt,
            long freshUntil,
            long staleUntil,
            @Nullable Subnet scope,
            boolean forEveryone,
            int failures) {
        this.body = body;
        this.storedAt = storedAt;
        this.freshUntil = freshUntil;
        this.staleUntil = Math.max(staleUntil, freshUntil);
        this.scope = scope;
        this.forEveryone = forEveryone;
        this.failures = failures;
    }

    /** A failure to remember, the {@code failures}th in a row. */
    static Kept failure(byte[] body, long now, long until, int failures) {
        return new Kept(body, now, until, until, null, true, failures);
    }

    public byte[] body() {
        return body;
    }

    public long storedAt() {
        return storedAt;
    }

    public long freshUntil() {
        return freshUntil;
    }

    public long staleUntil() {
        return staleUntil;
    }

    public @Nullable Subnet scope() {
        return scope;
    }

    public boolean forEveryone() {
        return forEveryone;
    }

    /** 0 for an answer; for a failure, how many there were in a row. */
    public int failures() {
        return failures;
    }

    public boolean isFresh(long now) {
        return now < freshUntil;
    }

    /** True if it may be given at all, if need be as stale. */
    public boolean isUsable(long now) {
        return now < staleUntil;
    }

    /** True if it may be given to a client of this network, or to one whose network is not known. */
    public boolean suits(@Nullable Subnet client) {
        return forEveryone || (scope == null ? client == null : client != null && scope.covers(client));
    }

    /** Counts one more hit. True once it is in the last tenth of its time and has been asked for before. */
    public boolean isWorthRefreshing(long now) {
        var seen = hits;
        if (seen < COUNTED_HITS) {
            hits = seen + 1;
        }
        return seen >= 1 && failures == 0 && now >= freshUntil - (freshUntil - storedAt) / 10;
    }

    /** True while it makes no sense to ask again, as somebody just did in vain. */
    public boolean isToldAsStale(long now) {
        return now < retryAt;
    }

    void retryAt(long at) {
        retryAt = at;
    }

    /**
     * As an answer, while it is fresh. TTLs are what is left, in seconds, rounded up.
     *
     * @throws IllegalArgumentException if the body is none
     */
    public Answer fresh(Question question, long now, Origin origin) {
        var left = Math.max(1, (freshUntil - now + 999) / 1000);
        return answer(
                question, left, Math.max(0, (now - storedAt) / 1000), failures > 0 ? Origin.FAILURE : origin, null);
    }

    /** As an answer past its time: each TTL is {@code ttl} seconds (RFC 8767). */
    public Answer stale(Question question, long ttl, String note) {
        return answer(question, ttl, -Integer.MAX_VALUE, Origin.STALE, note);
    }

    private Answer answer(Question question, long ttl, long elapsed, Origin origin, @Nullable String note) {
        var said = Packing.unpack(question.name(), ByteBuffer.wrap(body), ttl, elapsed);
        return new Answer(
                question,
                said.rcode(),
                said.records(),
                said.authority(),
                scope,
                ttl,
                origin,
                note == null ? said.note() : note);
    }

    /** About how many bytes of heap it takes. */
    @Override
    public int weight() {
        return 64 + ((body.length + 16 + 7) & ~7) + (scope == null ? 0 : 80);
    }
}

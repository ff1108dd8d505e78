package io.espalier.httpdns;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Names;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Trace;
import io.espalier.httpdns.cache.Flights;
import io.espalier.httpdns.cache.MemoryCache;
import io.espalier.httpdns.redis.SharedCache;
import io.espalier.httpdns.resolve.Upstreams;
import io.espalier.httpdns.zone.Guard;
import io.espalier.httpdns.zone.ZoneContent;
import io.espalier.httpdns.zone.Zones;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The one way from a question to an answer: local zones, this process's cache, the shared cache, the upstreams, and what
 * is stale. A question is searched for once at a time, however many ask it.
 */
public final class Resolving implements Names, AutoCloseable {
    private final ResolvingSettings settings;
    private final InstantSource clock;
    private final Upstreams upstreams;
    private final MemoryCache memory;
    private final @Nullable SharedCache shared;
    private final Searching searching;
    private final Flights<Question, Found> flights;
    private final RefreshBudget refreshes;
    private final Guard guard;
    private final Map<Origin, LongAdder> answers = new EnumMap<>(Origin.class);
    private final LongAdder refreshed = new LongAdder();
    private volatile Zones zones = new Zones(ZoneContent.EMPTY);

    /** @param clock tells when answers expire; waiting is by the machine's own */
    public Resolving(ResolvingSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.upstreams = new Upstreams(settings.resolve());
        this.memory = new MemoryCache(settings.memory(), settings.rules());
        this.shared = settings.redis() == null ? null : new SharedCache(settings.redis());
        this.searching = new Searching(settings.rules(), clock, memory, shared, upstreams, settings.search());
        this.flights = new Flights<>(settings.searches());
        this.refreshes = new RefreshBudget(settings.refreshes());
        this.guard = new Guard(settings.rebinding(), settings.privateNames());
        for (var origin : Origin.values()) {
            answers.put(origin, new LongAdder());
        }
    }

    /** The end of a search, with what was decided on the way. */
    private record Found(Answer answer, List<String[]> steps) {}

    @Override
    public @Nullable Answer atHand(Question question) {
        var answer = known(question, Trace.NONE);
        if (answer != null) {
            count(answer);
        }
        return answer;
    }

    @Override
    public Answer lookup(Question question, Trace trace) throws InterruptedException {
        var answer = known(question, trace);
        if (answer == null) {
            answer = found(question, trace);
        }
        count(answer);
        return answer;
    }

    private void count(Answer answer) {
        Objects.requireNonNull(answers.get(answer.origin())).increment();
    }

    /** Without waiting; null if it has to be searched for. */
    private @Nullable Answer known(Question question, Trace trace) {
        var local = zones.find(question);
        if (local == null) {
            return elsewhere(question, trace);
        }
        trace.step("zone", local.target() == null ? "answered locally" : "leads on to " + local.target());
        if (local.target() == null) {
            return local.answer();
        }
        var rest = elsewhere(at(question, local.target()), trace);
        return rest == null ? null : joined(local.answer(), rest);
    }

    private Answer found(Question question, Trace trace) throws InterruptedException {
        var local = zones.find(question);
        if (local == null || local.target() == null) {
            return searched(question, trace);
        }
        return joined(local.answer(), searched(at(question, local.target()), trace));
    }

    private static Question at(Question question, String name) {
        return new Question(name, question.type(), question.client());
    }

    /** A local alias and what it leads to. */
    private static Answer joined(Answer local, Answer rest) {
        var records = new ArrayList<ResourceRecord>(local.records());
        records.addAll(rest.records());
        return new Answer(
                local.question(),
                rest.rcode(),
                records,
                rest.authority(),
                rest.scope(),
                Math.min(local.ttl(), rest.ttl()),
                rest.origin(),
                rest.note());
    }

    private @Nullable Answer elsewhere(Question question, Trace trace) {
        var refusal = guard.refusal(question);
        if (refusal != null) {
            trace.step("guard", String.valueOf(refusal.note()));
            return refusal;
        }
        var kept = kept(question, scoped(question), clock.millis(), trace);
        return kept == null ? null : guard.cleaned(kept);
    }

    /** The question as caches and upstreams see it: only with the network that may count. */
    private Question scoped(Question question) {
        var told = upstreams.networks().toTell(question);
        return Objects.equals(told, question.client())
                ? question
                : new Question(question.name(), question.type(), told);
    }

    private @Nullable Answer kept(Question question, Question scoped, long now, Trace trace) {
        var kept = memory.find(scoped, now);
        if (kept == null) {
            trace.step("memory", "nothing");
            return null;
        }
        if (kept.isFresh(now)) {
            if (kept.isWorthRefreshing(now) && !flights.isUnderWay(scoped) && refreshes.mayStart(now)) {
                trace.step("memory", "a search begins before it expires");
                refreshed.increment();
                flights.board(scoped, () -> search(scoped, true));
            }
            trace.step("memory", kept.failures() > 0 ? "a failure a moment ago" : "fresh");
            return kept.fresh(question, now, Origin.MEMORY);
        }
        if (kept.isToldAsStale(now)) {
            trace.step("memory", "stale, and the upstreams failed a moment ago");
            return searching.stale(question, kept, "the upstreams failed a moment ago");
        }
        trace.step("memory", "past its time");
        return null;
    }

    private Answer searched(Question question, Trace trace) throws InterruptedException {
        var scoped = scoped(question);
        var boarded = flights.board(scoped, () -> search(scoped, false));
        if (boarded == null) {
            return inVain(question, scoped, "too many searches are under way", trace);
        }
        if (!boarded.started()) {
            trace.step("search", "joined one that was under way");
        }
        var found = boarded.flight().await(settings.budget());
        if (found == null) {
            var reason = "no answer within " + settings.budget().toMillis() + " ms";
            return inVain(question, scoped, reason, trace);
        }
        found.steps.forEach(step -> trace.step(step[0], step[1]));
        return guard.cleaned(to(question, found.answer));
    }

    private Answer inVain(Question question, Question scoped, String reason, Trace trace) {
        trace.step("search", reason);
        return guard.cleaned(to(question, searching.staleOr(scoped, reason)));
    }

    private Found search(Question question, boolean early) {
        var steps = Collections.synchronizedList(new ArrayList<String[]>());
        var answer = searching.search(question, early, (stage, decision) -> steps.add(new String[] {stage, decision}));
        return new Found(answer, List.copyOf(steps));
    }

    private static Answer to(Question question, Answer answer) {
        return answer.question().equals(question)
                ? answer
                : new Answer(
                        question,
                        answer.rcode(),
                        answer.records(),
                        answer.authority(),
                        answer.scope(),
                        answer.ttl(),
                        answer.origin(),
                        answer.note());
    }

    /**
     * Replaces all that is answered locally, at once for all who ask from now on.
     *
     * @throws IllegalArgumentException if it contradicts itself; then the old content stays
     */
    public void zones(ZoneContent content) {
        zones = new Zones(content);
    }

    /** What is answered locally. */
    public ZoneContent zones() {
        return zones.content();
    }

    /** Forgets a name here and in the shared cache, whatever was asked of it. */
    public void forget(String name) {
        memory.forget(name);
        if (shared != null) {
            shared.forget(name);
        }
    }

    /**
     * Forgets a name and those below it that this process keeps, here and in the shared cache.
     *
     * @return the names that went, besides {@code name} itself
     */
    public Set<String> forgetBelow(String name) {
        var gone = memory.forgetBelow(name);
        gone.remove(name);
        if (shared != null) {
            shared.forget(name);
            gone.forEach(shared::forget);
        }
        return gone;
    }

    /** Forgets everything this process keeps; the shared cache stays. */
    public void forgetAll() {
        memory.clear();
    }

    public ResolvingCounts counts() {
        var byOrigin = new EnumMap<Origin, Long>(Origin.class);
        answers.forEach((origin, count) -> byOrigin.put(origin, count.sum()));
        return new ResolvingCounts(
                byOrigin,
                refreshed.sum(),
                flights.count(),
                memory.size(),
                memory.bytes(),
                shared == null ? null : shared.counts(),
                upstreams.states());
    }

    @Override
    public void close() {
        upstreams.close();
        if (shared != null) {
            shared.close();
        }
    }
}

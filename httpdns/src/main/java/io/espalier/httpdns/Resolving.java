package io.espalier.httpdns;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Names;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Trace;
import io.espalier.httpdns.cache.Flights;
import io.espalier.httpdns.cache.Kept;
import io.espalier.httpdns.cache.MemoryCache;
import io.espalier.httpdns.cache.Packing;
import io.espalier.httpdns.resolve.Finding;
import io.espalier.httpdns.resolve.UpstreamState;
import io.espalier.httpdns.resolve.Upstreams;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The one way from a question to an answer: this process's cache, then the upstreams, then what is stale. A question is
 * searched for once at a time, however many ask it.
 */
public final class Resolving implements Names, AutoCloseable {
    private static final int NO_ERROR = 0;
    private static final int SERVER_FAILURE = 2;

    private final ResolvingSettings settings;
    private final InstantSource clock;
    private final Upstreams upstreams;
    private final MemoryCache memory;
    private final Flights<Question, Found> flights;
    private final RefreshBudget refreshes;

    /** @param clock tells when answers expire; waiting is by the machine's own */
    public Resolving(ResolvingSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.upstreams = new Upstreams(settings.resolve());
        this.memory = new MemoryCache(settings.memory(), settings.rules());
        this.flights = new Flights<>(settings.searches());
        this.refreshes = new RefreshBudget(settings.refreshes());
    }

    /** The end of a search, with what was decided on the way. */
    private record Found(Answer answer, List<String[]> steps) {}

    @Override
    public @Nullable Answer atHand(Question question) {
        return kept(question, scoped(question), clock.millis(), Trace.NONE);
    }

    @Override
    public Answer lookup(Question question, Trace trace) throws InterruptedException {
        var now = clock.millis();
        var scoped = scoped(question);
        var kept = kept(question, scoped, now, trace);
        if (kept != null) {
            return kept;
        }
        var boarded = flights.board(scoped, () -> search(scoped, false));
        if (boarded == null) {
            trace.step("upstream", "too many searches are under way");
            return staleOr(question, scoped, "too many searches are under way");
        }
        if (!boarded.started()) {
            trace.step("upstream", "joined a search that was under way");
        }
        var found = boarded.flight().await(settings.budget());
        if (found == null) {
            var reason = "no answer within " + settings.budget().toMillis() + " ms";
            trace.step("upstream", reason);
            return staleOr(question, scoped, reason);
        }
        found.steps.forEach(step -> trace.step(step[0], step[1]));
        return to(question, found.answer);
    }

    /** The question as caches and upstreams see it: only with the network that may count. */
    private Question scoped(Question question) {
        var told = upstreams.networks().toTell(question);
        return Objects.equals(told, question.client())
                ? question
                : new Question(question.name(), question.type(), told);
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

    private @Nullable Answer kept(Question question, Question scoped, long now, Trace trace) {
        var kept = memory.find(scoped, now);
        if (kept == null) {
            trace.step("memory", "nothing");
            return null;
        }
        if (kept.isFresh(now)) {
            if (kept.isWorthRefreshing(now) && refreshes.mayStart(now) && !flights.isUnderWay(scoped)) {
                trace.step("memory", "a search begins before it expires");
                flights.board(scoped, () -> search(scoped, true));
            }
            trace.step("memory", kept.failures() > 0 ? "a failure a moment ago" : "fresh");
            return kept.fresh(question, now, Origin.MEMORY);
        }
        if (kept.isToldAsStale(now)) {
            trace.step("memory", "stale, and the upstreams failed a moment ago");
            return stale(question, kept, "the upstreams failed a moment ago");
        }
        trace.step("memory", "past its time");
        return null;
    }

    private Answer staleOr(Question question, Question scoped, String reason) {
        var now = clock.millis();
        var kept = memory.find(scoped, now);
        if (kept != null && kept.failures() == 0) {
            return kept.isFresh(now) ? kept.fresh(question, now, Origin.MEMORY) : stale(question, kept, reason);
        }
        return new Answer(question, SERVER_FAILURE, List.of(), List.of(), null, 1, Origin.FAILURE, reason);
    }

    private Answer stale(Question question, Kept kept, String reason) {
        return kept.stale(question, settings.rules().staleTtl().toSeconds(), "stale: " + reason);
    }

    /** @param early true if what is kept is still fresh: then a failure changes nothing */
    private Found search(Question question, boolean early) {
        var steps = Collections.synchronizedList(new ArrayList<String[]>());
        Trace trace = (stage, decision) -> steps.add(new String[] {stage, decision});
        var kept = early ? null : memory.find(question, clock.millis());
        if (kept != null && kept.isFresh(clock.millis())) {
            trace.step("memory", "another search just found it");
            return new Found(kept.fresh(question, clock.millis(), Origin.MEMORY), List.copyOf(steps));
        }
        Finding finding;
        try {
            finding = upstreams.find(question, settings.search(), trace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            finding = new Finding.Failed("interrupted");
        }
        var answer = switch (finding) {
            case Finding.Found found -> keep(question, found, trace);
            case Finding.Failed failed -> {
                if (!early) {
                    memory.failed(question, failed.reason(), clock.millis());
                }
                yield staleOr(question, question, failed.reason());
            }
        };
        return new Found(answer, List.copyOf(steps));
    }

    private Answer keep(Question question, Finding.Found found, Trace trace) {
        var rules = settings.rules();
        var seconds = rules.lifetime(question.type(), found.rcode(), found.records(), found.authority());
        var positive = found.rcode() == NO_ERROR && found.authority().isEmpty();
        // an answer that there is nothing holds for every network (RFC 7871 section 7.4)
        var scope = positive ? found.scope() : null;
        var everyone = (!positive && question.client() != null) || found.forEveryone();
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
        }
        return kept.fresh(question, now, Origin.UPSTREAM);
    }

    /** Forgets a name, whatever was asked of it. */
    public void forget(String name) {
        memory.forget(name);
    }

    /** In configured order. */
    public List<UpstreamState> upstreams() {
        return upstreams.states();
    }

    /** The cache of this process, for its size. */
    public MemoryCache memory() {
        return memory;
    }

    @Override
    public void close() {
        upstreams.close();
    }
}

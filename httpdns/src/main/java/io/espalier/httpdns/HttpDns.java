package io.espalier.httpdns;

import io.espalier.httpdns.access.Accounts;
import io.espalier.httpdns.access.Callers;
import io.espalier.httpdns.access.MissLimit;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Names;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Trace;
import io.espalier.httpdns.dialect.Dialects;
import io.espalier.httpdns.dialect.Request;
import io.espalier.httpdns.dialect.Terms;
import io.espalier.httpdns.front.Front;
import io.espalier.httpdns.operate.Tallies;
import io.espalier.httpdns.zone.ZoneContent;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTPDNS as a whole: names are resolved, cached and answered over HTTP. Runs from when it is made until it is closed.
 */
public final class HttpDns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpDns.class);
    private static final int MISS_ROWS = 8192;
    private static final int MAX_STEPS = 200;

    private final HttpDnsSettings settings;
    private final Clock clock;
    private final Resolving resolving;
    private final Tallies tallies = new Tallies();
    private final Front front;

    /** What a look-up found, and how. */
    public record Explanation(List<Answer> answers, List<Dialects.Step> steps) {
        public Explanation {
            answers = List.copyOf(answers);
            steps = List.copyOf(steps);
        }
    }

    /**
     * Starts answering.
     *
     * @throws IOException if an address cannot be listened on
     * @throws IllegalArgumentException if the settings contradict each other
     */
    public HttpDns(HttpDnsSettings settings, Clock clock) throws IOException {
        this.settings = settings;
        this.clock = clock;
        var warmUp = questions(settings.warmUp(), clock);
        resolving = new Resolving(settings.resolving(), clock);
        try {
            resolving.zones(settings.zones());
            var access = settings.access();
            front = new Front(
                    settings.front(),
                    resolving,
                    this::forget,
                    new Terms(access.accounts(), access.maxNames()),
                    new Callers(access.proxies(), access.operators(), access.operatorTokens()),
                    new MissLimit(access.missesPerSecond(), access.missBurst(), access.missExempt(), MISS_ROWS),
                    tallies,
                    clock);
        } catch (IOException | RuntimeException e) {
            resolving.close();
            throw e;
        }
        tallies.add(new ResolvingFigures(resolving));
        if (!warmUp.isEmpty()) {
            Thread.ofVirtual().name("warm-up").start(() -> warmUp(warmUp));
        }
    }

    private static List<Question> questions(List<String> names, Clock clock) {
        var questions = new ArrayList<Question>();
        for (var line : names) {
            var words = line.strip().split("\\s+", 2);
            var asked = request(words[0], words.length > 1 ? words[1] : "A");
            try {
                questions.addAll(
                        Dialects.read(asked, Terms.USUAL, clock.instant()).questions());
            } catch (RefusedException e) {
                throw new IllegalArgumentException("warm-up: '" + line + "': " + e.getMessage(), e);
            }
        }
        return questions;
    }

    private void warmUp(List<Question> questions) {
        var found = 0;
        try {
            for (var question : questions) {
                found += resolving.lookup(question, Trace.NONE).rcode() == 0 ? 1 : 0;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.atInfo()
                .addKeyValue("asked", questions.size())
                .addKeyValue("found", found)
                .log("warmed up");
    }

    private int forget(String name, boolean isBelow) {
        if (isBelow) {
            return 1 + resolving.forgetBelow(name).size();
        }
        resolving.forget(name);
        return 1;
    }

    /** Answers the same as the front does, for use inside the process. */
    public Names names() {
        return resolving;
    }

    /** Figures of resolving: caches, upstreams. */
    public ResolvingCounts counts() {
        return resolving.counts();
    }

    /** Figures of the front, as Prometheus text and as JSON for the metrics tree. */
    public Tallies tallies() {
        return tallies;
    }

    /** Ports that it listens on, plain ones first. */
    public List<Integer> ports() {
        return front.ports();
    }

    /** What is answered locally. */
    public ZoneContent zones() {
        return resolving.zones();
    }

    /** Replaces what is answered locally; holds for the next request. */
    public void zones(ZoneContent content) {
        resolving.zones(content);
        front.answersChanged();
    }

    /**
     * Forgets names, of every type, here and in the shared cache.
     *
     * @param names as in {@code domain=} of {@code /dn}: one, or several with commas
     * @param below those below them as well, as far as this process holds them
     * @return how many names
     * @throws RefusedException if one is malformed
     */
    public int purge(String names, boolean below) throws RefusedException {
        var gone = 0;
        for (var question : read(names, "A")) {
            gone += forget(question.name(), below);
        }
        front.answersChanged();
        return gone;
    }

    /**
     * Looks a name up and tells every decision on the way.
     *
     * @param type such as {@code A}, or several with commas
     * @throws RefusedException if name or type make no sense
     */
    public Explanation explain(String name, String type) throws RefusedException, InterruptedException {
        var answers = new ArrayList<Answer>();
        var steps = Collections.synchronizedList(new ArrayList<Dialects.Step>());
        var started = System.nanoTime();
        Trace trace = (stage, decision) -> {
            if (steps.size() < MAX_STEPS) {
                steps.add(new Dialects.Step(stage, decision, (System.nanoTime() - started) / 1000));
            }
        };
        for (var question : read(name, type)) {
            answers.add(resolving.lookup(question, trace));
        }
        return new Explanation(answers, steps);
    }

    private List<Question> read(String names, String types) throws RefusedException {
        return Dialects.read(
                        request(names, types),
                        new Terms(Accounts.NONE, settings.access().maxNames()),
                        clock.instant())
                .questions();
    }

    private static Request request(String names, String types) {
        return Request.get(
                "/dn?domain=" + URLEncoder.encode(names, StandardCharsets.UTF_8) + "&type="
                        + URLEncoder.encode(types, StandardCharsets.UTF_8),
                "");
    }

    /** Leaves so that nobody notices, and closes; takes as long as the settings say. */
    public void drain() throws InterruptedException {
        front.drain(settings.drain().grace(), settings.drain().rest());
        close();
    }

    @Override
    public void close() {
        front.close();
        resolving.close();
    }
}

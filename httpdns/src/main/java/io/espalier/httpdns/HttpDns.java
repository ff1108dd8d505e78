package io.espalier.httpdns;

import io.espalier.httpdns.access.Callers;
import io.espalier.httpdns.access.MissLimit;
import io.espalier.httpdns.access.RefusedException;
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
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTPDNS as a whole: names are resolved, cached and answered over HTTP. Runs from when it is made until it is closed.
 */
public final class HttpDns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpDns.class);
    private static final int MISS_ROWS = 8192;

    private final HttpDnsSettings settings;
    private final Resolving resolving;
    private final Tallies tallies = new Tallies();
    private final Front front;

    /**
     * Starts answering.
     *
     * @throws IOException if an address cannot be listened on
     * @throws IllegalArgumentException if the settings contradict each other
     */
    public HttpDns(HttpDnsSettings settings, Clock clock) throws IOException {
        this.settings = settings;
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
            var query = "domain=" + URLEncoder.encode(words[0], StandardCharsets.UTF_8)
                    + (words.length > 1 ? "&type=" + URLEncoder.encode(words[1], StandardCharsets.UTF_8) : "");
            try {
                questions.addAll(Dialects.read(Request.get("/dn?" + query, ""), Terms.USUAL, clock.instant())
                        .questions());
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
            // The cache is not ordered by name: forgetting a tree means forgetting all that this process holds.
            var all = Math.toIntExact(
                    Math.min(Integer.MAX_VALUE, resolving.counts().names()));
            resolving.forgetAll();
            resolving.forget(name);
            return all;
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

    /** Replaces what is answered locally; holds for the next request. */
    public void zones(ZoneContent content) {
        resolving.zones(content);
        front.answersChanged();
    }

    /** Forgets a name, of every type, here and in the shared cache. */
    public void purge(String name) {
        resolving.forget(name);
        front.answersChanged();
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

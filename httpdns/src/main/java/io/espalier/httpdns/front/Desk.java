package io.espalier.httpdns.front;

import io.espalier.httpdns.access.Callers;
import io.espalier.httpdns.access.Callers.Caller;
import io.espalier.httpdns.access.MissLimit;
import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Names;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Subnet;
import io.espalier.httpdns.answer.Trace;
import io.espalier.httpdns.dialect.Asked;
import io.espalier.httpdns.dialect.Claims;
import io.espalier.httpdns.dialect.Dialects;
import io.espalier.httpdns.dialect.Request;
import io.espalier.httpdns.dialect.Terms;
import io.espalier.httpdns.front.FrontSettings.Subnets;
import io.espalier.httpdns.operate.Operations;
import java.net.InetAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves calls: at once if all answers are at hand, otherwise on a virtual thread. */
final class Desk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);
    private static final int MAX_STEPS = 200;

    private final Names names;
    private final Terms terms;
    private final Callers callers;
    private final MissLimit misses;
    private final Subnets subnets;
    private final Operations operations;
    private final Clock clock;
    private final Semaphore waiting;
    private final int maxWaiting;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("lookup ", 0).factory());

    Desk(
            Names names,
            Terms terms,
            Callers callers,
            MissLimit misses,
            Subnets subnets,
            Operations operations,
            int maxWaiting,
            Clock clock) {
        this.names = names;
        this.terms = terms;
        this.callers = callers;
        this.misses = misses;
        this.subnets = subnets;
        this.operations = operations;
        this.clock = clock;
        this.maxWaiting = maxWaiting;
        waiting = new Semaphore(maxWaiting);
    }

    Clock clock() {
        return clock;
    }

    /** Questions on virtual threads right now. */
    int waiting() {
        return maxWaiting - waiting.availablePermits();
    }

    /** True if a peer's requests that claim nothing are answered like anyone else's. */
    boolean isPlain(InetAddress peer) {
        return subnets == Subnets.CLAIMED && callers.isPlain(peer);
    }

    /**
     * Serves a call.
     *
     * @param later gets the outcome, from another thread, if this returns null
     * @return the outcome if it is clear at once, else null
     */
    @Nullable
    Outcome serve(Call call, Consumer<Outcome> later) {
        try {
            var caller = callers.of(call.peer(), call.forwarded(), call.authorization());
            if (Operations.isMeant(call.request().path())) {
                operate(call, caller, later);
                return null;
            }
            var asked = Dialects.read(call.request(), terms, clock.instant());
            asked = asked.forClient(network(asked, caller));
            var client = client(asked, caller);
            if (isExplained(call.request())) {
                if (!caller.isOperator()) {
                    throw new RefusedException(Reason.NOT_ALLOWED, "explain: for operators only");
                }
                explain(asked, client, call, later);
                return null;
            }
            var answers = atHand(asked);
            if (answers != null) {
                return new Outcome.Answered(asked, answers, asked.reply().write(answers, client));
            }
            lookUp(asked, caller, client, call, later);
            return null;
        } catch (RefusedException e) {
            return refused(call.request(), e.reason(), e.getMessage(), 0);
        } catch (TooMuchException e) {
            return refused(call.request(), e.reason, e.text, e.retryAfter);
        } catch (RuntimeException e) {
            return failed(call.request(), e);
        }
    }

    /** Too much right now; later perhaps. */
    private static final class TooMuchException extends Exception {
        private static final long serialVersionUID = 1;

        private final Reason reason;
        private final String text;
        private final long retryAfter;

        TooMuchException(Reason reason, String text, long retryAfter) {
            super(text, null, false, false);
            this.reason = reason;
            this.text = text;
            this.retryAfter = retryAfter;
        }
    }

    private @Nullable Subnet network(Asked asked, Caller caller) {
        var claim = asked.claim();
        if (claim != null && (asked.isSigned() || caller.isProxied() || claim.prefix() == 0)) {
            return claim;
        }
        if (claim != null && !callers.isPlain(caller.address())) {
            return claim; // the proxy asks on its own account
        }
        return subnets == Subnets.PEER ? Claims.of(caller.address()) : null;
    }

    private static String client(Asked asked, Caller caller) {
        var given = asked.client();
        return given != null && (asked.isSigned() || caller.isProxied())
                ? given
                : caller.address().getHostAddress();
    }

    private static boolean isExplained(Request request) {
        return request.query().contains("explain=1") && ("&" + request.query() + "&").contains("&explain=1&");
    }

    /** @return null if not every answer is at hand */
    @Nullable
    List<Answer> atHand(Asked asked) {
        var questions = asked.questions();
        if (questions.size() == 1) {
            var answer = names.atHand(questions.getFirst());
            return answer == null ? null : List.of(answer);
        }
        var answers = new ArrayList<Answer>(questions.size());
        for (var question : questions) {
            var answer = names.atHand(question);
            if (answer == null) {
                return null;
            }
            answers.add(answer);
        }
        return answers;
    }

    private void lookUp(Asked asked, Caller caller, String client, Call call, Consumer<Outcome> later)
            throws TooMuchException {
        var found = new Answer[asked.questions().size()];
        var missing = new ArrayList<Integer>();
        for (var i = 0; i < found.length; i++) {
            var answer = names.atHand(asked.questions().get(i));
            if (answer == null) {
                missing.add(i);
            } else {
                found[i] = answer;
            }
        }
        var wait = misses.count(caller.address(), missing.size(), System.nanoTime());
        if (wait > 0) {
            throw new TooMuchException(
                    Reason.TOO_MANY_MISSES,
                    "this network asks for more new names than it may",
                    Math.max(1, Math.ceilDiv(wait, 1_000_000_000L)));
        }
        onVirtualThread(Math.max(1, missing.size()), call, later, () -> {
            if (missing.size() == 1) {
                found[missing.getFirst()] = names.lookup(asked.questions().get(missing.getFirst()), Trace.NONE);
            } else {
                var answers = all(missing.stream().map(asked.questions()::get).toList(), Trace.NONE);
                for (var i = 0; i < answers.size(); i++) {
                    found[missing.get(i)] = answers.get(i);
                }
            }
            var answers = Arrays.asList(found);
            return new Outcome.Answered(asked, answers, asked.reply().write(answers, client));
        });
    }

    private List<Answer> all(List<Question> questions, Trace trace) throws InterruptedException, ExecutionException {
        var answers = new ArrayList<Answer>();
        var tasks = questions.stream()
                .<Callable<Answer>>map(question -> () -> names.lookup(question, trace))
                .toList();
        for (var task : threads.invokeAll(tasks)) {
            answers.add(task.get());
        }
        return answers;
    }

    private void explain(Asked asked, String client, Call call, Consumer<Outcome> later) throws TooMuchException {
        onVirtualThread(Math.max(1, asked.questions().size()), call, later, () -> {
            var steps = new CopyOnWriteArrayList<Dialects.Step>();
            Trace trace = (stage, decision) -> {
                if (steps.size() < MAX_STEPS) {
                    steps.add(new Dialects.Step(stage, decision, (System.nanoTime() - call.started()) / 1000));
                }
            };
            var counts = asked.questions().stream().anyMatch(question -> question.client() != null);
            trace.step(
                    "front",
                    asked.claim() == null
                            ? "no client network claimed"
                            : (counts ? "asked for network " : "ignored unsigned client network ") + asked.claim());
            var answers = all(asked.questions(), trace);
            return new Outcome.Answered(asked, answers, Dialects.explanation(asked, answers, steps, client));
        });
    }

    private void operate(Call call, Caller caller, Consumer<Outcome> later) throws TooMuchException {
        onVirtualThread(
                0, call, later, () -> new Outcome.Answered(null, List.of(), operations.run(call.request(), caller)));
    }

    private void onVirtualThread(int permits, Call call, Consumer<Outcome> later, Callable<Outcome> work)
            throws TooMuchException {
        if (!waiting.tryAcquire(permits)) {
            throw new TooMuchException(Reason.TOO_MANY_WAITING, "too many questions wait already", 1);
        }
        threads.execute(() -> {
            Outcome outcome;
            try {
                outcome = work.call();
            } catch (RefusedException e) {
                outcome = refused(call.request(), e.reason(), e.getMessage(), 0);
            } catch (InterruptedException e) {
                outcome = refused(call.request(), Reason.DRAINING, "this server is about to leave", 1);
            } catch (Exception e) {
                outcome = failed(call.request(), e);
            } finally {
                waiting.release(permits);
            }
            later.accept(outcome);
        });
    }

    private static Outcome failed(Request request, Exception e) {
        LOG.error("{} {} failed, answered with 500", request.method(), request.path(), e);
        return refused(request, Reason.INTERNAL_ERROR, "this is a fault of the server; its log has more", 0);
    }

    static Outcome refused(Request request, Reason reason, String message, long retryAfter) {
        return new Outcome.Refused(reason, Dialects.refusal(request, reason, message), retryAfter);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}

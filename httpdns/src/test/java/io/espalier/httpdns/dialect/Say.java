package io.espalier.httpdns.dialect;

import io.espalier.httpdns.FixedNames;
import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Trace;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;

/** Asks a dialect and answers from the small world, without any network. */
final class Say {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final String CLIENT = "203.0.113.7";

    private Say() {}

    static String get(String target) throws Exception {
        return get(target, Terms.USUAL);
    }

    static String get(String target, Terms terms) throws Exception {
        return new String(body(Request.get(target, ""), terms).bytes(), StandardCharsets.UTF_8);
    }

    static Body body(Request request, Terms terms) throws RefusedException, InterruptedException {
        var asked = Dialects.read(request, terms, NOW);
        var names = FixedNames.usual();
        var answers = new ArrayList<Answer>();
        for (var question : asked.questions()) {
            answers.add(names.lookup(question, Trace.NONE));
        }
        return asked.reply().write(answers, CLIENT);
    }

    static Reason refusal(String target) {
        return refusal(Request.get(target, ""), Terms.USUAL);
    }

    static Reason refusal(String target, Terms terms) {
        return refusal(Request.get(target, ""), terms);
    }

    static Reason refusal(Request request, Terms terms) {
        try {
            Dialects.read(request, terms, NOW);
        } catch (RefusedException e) {
            return e.reason();
        }
        throw new AssertionError("was not refused");
    }
}

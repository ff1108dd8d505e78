package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.access.Signatures;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Our own: {@code /dn?www.example.com}, {@code /dn?domain=a,b&type=A,AAAA&format=json}. Text has one record a line, its
 * data and its TTL; with several names or types the name stands before it. Names without an answer have no line; the
 * {@code DNS-Status} header and JSON tell why.
 */
final class OwnDialect {
    static final String NAME = "dn";
    static final List<String> NAMES = List.of("domain", "dn", "host", "name");
    private static final int MAX_TYPES = 4;

    private OwnDialect() {}

    static Asked read(Request request, Parameters parameters, Terms terms, Instant now) throws RefusedException {
        var hosts = Host.list(parameters.valuesAndBare(NAMES), terms.maxNames());
        var types = types(parameters.first("type", "A"));
        var isJson = isJson(request, parameters);
        var claim = Claims.parse(parameters.first("ip"));
        var isSigned = isSigned(parameters, terms, now);
        var questions = new ArrayList<Question>();
        for (var host : hosts) {
            for (var type : types) {
                questions.add(new Question(host.name(), type, null));
            }
        }
        return new Asked(
                NAME,
                questions,
                isJson ? OwnDialect::json : OwnDialect::text,
                claim,
                parameters.first("ip"),
                isSigned,
                claim == null && !isSigned);
    }

    private static boolean isJson(Request request, Parameters parameters) throws RefusedException {
        return switch (parameters.first("format", "")) {
            case "json" -> true;
            case "text" -> false;
            case "" -> request.accept().contains("application/json");
            default -> throw new RefusedException(Reason.BAD_PARAMETER, "format: expected text or json");
        };
    }

    private static List<Integer> types(String text) throws RefusedException {
        var types = new LinkedHashSet<Integer>();
        for (var part : text.split(",", -1)) {
            if (part.equalsIgnoreCase("addrs")) {
                types.add(Types.A);
                types.add(Types.AAAA);
            } else {
                types.add(Types.parse(part));
            }
            if (types.size() > MAX_TYPES) {
                throw new RefusedException(Reason.BAD_PARAMETER, "more than " + MAX_TYPES + " types");
            }
        }
        return List.copyOf(types);
    }

    private static boolean isSigned(Parameters parameters, Terms terms, Instant now) throws RefusedException {
        var signature = parameters.first("s");
        if (signature == null) {
            return false;
        }
        var account = terms.accounts().find(parameters.first("id", ""));
        if (account.isEmpty()) {
            return false;
        }
        var signed = new TreeMap<String, String>();
        for (var name : parameters.names()) {
            if (!name.equals("s")) {
                signed.put(name, String.join(",", parameters.values(name)));
            }
        }
        // What stands alone is no less part of the request.
        signed.put("", String.join(",", parameters.valuesAndBare(List.of())));
        Signatures.checkHmac(account.get(), signed, signature);
        var expires = parameters.first("exp", "");
        Signatures.checkExpiry(expires, now, terms.accounts().window());
        var nonce = parameters.first("nonce");
        if (nonce != null) {
            terms.nonces().use(account.get(), nonce, Long.parseLong(expires), now);
        }
        return true;
    }

    static Body text(List<Answer> answers, String client) {
        var text = new StringBuilder();
        for (var answer : answers) {
            for (var entry : answer.records()) {
                if (entry.type() == answer.question().type()) {
                    if (answers.size() > 1) {
                        text.append(answer.question().name()).append(' ');
                    }
                    text.append(entry.text())
                            .append(' ')
                            .append(Ttl.of(entry, answer))
                            .append('\n');
                }
            }
        }
        return described(Body.of(Body.TEXT, text, Ttl.least(answers)), answers);
    }

    static Body json(List<Answer> answers, String client) {
        var json = new Json();
        if (answers.size() > 1) {
            json.open('[');
        }
        for (var answer : answers) {
            write(json, answer, answer.publicNote());
        }
        if (answers.size() > 1) {
            json.close(']');
        }
        json.builder().append('\n');
        return described(Body.of(Body.JSON, json.builder(), Ttl.least(answers)), answers);
    }

    private static Body described(Body body, List<Answer> answers) {
        for (var answer : answers) {
            if (answer.rcode() != 0) {
                return body.with("DNS-Status", Types.rcode(answer.rcode()));
            }
        }
        return body;
    }

    /** @param note that may be told to who asks */
    static void write(Json json, Answer answer, @Nullable String note) {
        json.open('{')
                .name("name")
                .text(answer.question().name())
                .name("type")
                .text(Types.name(answer.question().type()))
                .name("status")
                .text(Types.rcode(answer.rcode()))
                .name("ttl")
                .number(answer.ttl())
                .name("addresses")
                .open('[');
        var type = answer.question().type();
        if (type == Types.A || type == Types.AAAA) {
            Ttl.addresses(answer).forEach(json::text);
        }
        json.close(']').name("records").open('[');
        for (var entry : answer.records()) {
            json.open('{')
                    .name("name")
                    .text(entry.name())
                    .name("type")
                    .text(Types.name(entry.type()))
                    .name("ttl")
                    .number(Ttl.of(entry, answer))
                    .name("data")
                    .text(entry.text())
                    .close('}');
        }
        json.close(']').name("origin").text(answer.origin().word());
        json.name("stale").bool(answer.origin() == Origin.STALE);
        var scope = answer.scope();
        if (scope != null) {
            json.name("scope").text(scope.toString());
        }
        if (note != null) {
            json.name("note").text(note);
        }
        json.close('}');
    }
}

package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.access.Signatures;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Alibaba's first version: {@code /{account}/d?host=NAME} and, for up to five names, {@code /{account}/resolve?host=a,b};
 * signed ones are called {@code sign_d} and {@code sign_resolve}. {@code query=4,6} asks for both families.
 */
final class AlibabaDialect {
    static final String NAME = "alibaba";
    static final int MAX_HOSTS = 5;

    private AlibabaDialect() {}

    static boolean isAction(String action) {
        return switch (action) {
            case "d", "resolve", "sign_d", "sign_resolve" -> true;
            default -> false;
        };
    }

    static Asked read(String id, String action, Parameters parameters, Terms terms, Instant now)
            throws RefusedException {
        var account = terms.accounts().find(id);
        var host = parameters.first("host", "");
        var isBatch = action.endsWith("resolve");
        var isSigned = false;
        if (account.isPresent() && (parameters.has("s") || action.startsWith("sign_"))) {
            var expires = parameters.first("t", "");
            Signatures.checkAlibaba(account.get(), host, expires, parameters.first("s", ""));
            Signatures.checkExpiry(expires, now, terms.accounts().window());
            isSigned = true;
        }
        if (!isBatch && host.indexOf(',') >= 0) {
            throw new RefusedException(Reason.TOO_MANY_NAMES, "one name only; /" + id + "/resolve takes several");
        }
        var hosts = Host.list(List.of(host), MAX_HOSTS);
        var ip = parameters.first("ip");
        if (isBatch && ip != null && ip.indexOf(',') >= 0) {
            throw new RefusedException(Reason.BAD_PARAMETER, "ip: several clients in one request are not served");
        }
        var families = families(parameters.first("query", "4"));
        var questions = new ArrayList<Question>();
        for (var one : hosts) {
            for (var family : families) {
                questions.add(new Question(one.name(), family, null));
            }
        }
        return new Asked(
                NAME,
                questions,
                (answers, client) -> isBatch
                        ? batch(hosts, families, answers, client)
                        : single(hosts.getFirst(), families, answers, client),
                Claims.parse(ip),
                ip,
                isSigned,
                false);
    }

    /** Reads {@code 4}, {@code 6} or {@code 4,6} as record types. */
    static List<Integer> families(String query) throws RefusedException {
        var families = new LinkedHashSet<Integer>();
        for (var part : (query.isEmpty() ? "4" : query).split(",", -1)) {
            families.add(
                    switch (part.strip()) {
                        case "4" -> Types.A;
                        case "6" -> Types.AAAA;
                        default -> throw new RefusedException(Reason.UNKNOWN_TYPE, "query: expected 4, 6 or 4,6");
                    });
        }
        return List.copyOf(families);
    }

    private static Body single(Host host, List<Integer> families, List<Answer> answers, String client) {
        var json = new Json();
        write(json, host, families, answers, client);
        return Body.of(Body.JSON, json.builder(), 0);
    }

    private static Body batch(List<Host> hosts, List<Integer> families, List<Answer> answers, String client) {
        var json = new Json().open('{').name("dns").open('[');
        for (var i = 0; i < hosts.size(); i++) {
            var from = i * families.size();
            write(json, hosts.get(i), families, answers.subList(from, from + families.size()), client);
        }
        return Body.of(Body.JSON, json.close(']').close('}').builder(), 0);
    }

    private static void write(Json json, Host host, List<Integer> families, List<Answer> answers, String client) {
        json.open('{').name("host").text(host.spelled()).name("ips").open('[');
        for (var answer : answers) {
            if (answer.question().type() == Types.A) {
                Ttl.addresses(answer).forEach(json::text);
            }
        }
        json.close(']');
        if (families.contains(Types.AAAA)) {
            json.name("ipsv6").open('[');
            for (var answer : answers) {
                if (answer.question().type() == Types.AAAA) {
                    Ttl.addresses(answer).forEach(json::text);
                }
            }
            json.close(']');
        }
        json.name("ttl")
                .number(answers.stream().mapToLong(Answer::ttl).min().orElse(0))
                .name("origin_ttl")
                .number(answers.stream().mapToLong(Ttl::original).min().orElse(0))
                .name("client_ip")
                .text(client)
                .close('}');
    }
}

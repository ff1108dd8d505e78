package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.access.Signatures;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Volcengine: {@code /resolve?domain=a,b&account_id=&timestamp=<ms>&sign=&type=&ip=}; the timestamp is when it expires. */
final class VolcengineDialect {
    static final String NAME = "volcengine";

    private VolcengineDialect() {}

    static Asked read(Parameters parameters, Terms terms, Instant now) throws RefusedException {
        var account = terms.accounts().find(parameters.first("account_id", ""));
        var domain = parameters.first("domain", "");
        var type = parameters.first("type", "");
        var ip = parameters.first("ip", "");
        var isSigned = false;
        if (account.isPresent() && parameters.has("sign")) {
            var expires = parameters.first("timestamp", "");
            Signatures.checkVolcengine(account.get(), domain, ip, type, expires, parameters.first("sign", ""));
            Signatures.checkExpiry(
                    expires.length() > 3 ? expires.substring(0, expires.length() - 3) : "",
                    now,
                    terms.accounts().window());
            isSigned = true;
        }
        var hosts = Host.list(List.of(domain), terms.maxNames());
        var family = type.isEmpty() ? Types.A : Types.parse(type);
        if (family != Types.A && family != Types.AAAA) {
            throw new RefusedException(Reason.UNKNOWN_TYPE, "type: expected A or AAAA");
        }
        var questions = new ArrayList<Question>();
        for (var host : hosts) {
            questions.add(new Question(host.name(), family, null));
        }
        return new Asked(
                NAME,
                questions,
                (answers, client) -> write(hosts, answers, client),
                Claims.parse(ip),
                ip.isEmpty() ? null : ip,
                isSigned,
                false);
    }

    private static Body write(List<Host> hosts, List<Answer> answers, String client) {
        var json = new Json().open('{').name("dns").open('[');
        for (var i = 0; i < hosts.size(); i++) {
            var answer = answers.get(i);
            json.open('{')
                    .name("host")
                    .text(hosts.get(i).spelled())
                    .name("type")
                    .number(answer.question().type())
                    .name("client_ip")
                    .text(client)
                    .name("ips")
                    .open('[');
            Ttl.addresses(answer).forEach(json::text);
            json.close(']').name("ttl").number(answer.ttl()).close('}');
        }
        return Body.of(Body.JSON, json.close(']').close('}').builder(), 0);
    }
}

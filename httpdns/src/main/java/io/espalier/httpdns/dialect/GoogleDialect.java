package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.access.Signatures;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Google has it, {@code /resolve?name=&type=}, and Cloudflare, {@code /dns-query?name=} with
 * {@code Accept: application/dns-json}; also Alibaba's DoH JSON with {@code short=1} and its key.
 */
final class GoogleDialect {
    static final String NAME = "google";
    private static final String DNS_JSON = "application/dns-json";

    private GoogleDialect() {}

    static Asked read(Request request, Parameters parameters, Terms terms, Instant now) throws RefusedException {
        var name = parameters.first("name", "");
        if (name.chars().anyMatch(c -> c >= 0x80)) {
            throw new RefusedException(Reason.MALFORMED_NAME, "a name beyond ASCII must be sent as A-labels");
        }
        if (name.isEmpty()) {
            throw new RefusedException(Reason.MISSING_NAME, "name: no name to look up");
        }
        var host = Host.parse(name);
        var type = Types.parse(parameters.first("type", "1"));
        var isSigned = isSigned(parameters, name, terms, now);
        var claim = Claims.parse(parameters.first("edns_client_subnet"));
        var contentType = parameters.first("ct", request.accept());
        var question = new Question(host.name(), type, null);
        Reply reply;
        if (contentType.equals(WireDialect.MEDIA_TYPE)) {
            reply = (answers, client) -> WireDialect.write(WireMessage.Query.of(question), answers.getFirst());
        } else if (parameters.isSet("short")) {
            reply = (answers, client) -> brief(answers.getFirst());
        } else {
            var isChecked = !parameters.isSet("cd");
            var type2 = contentType.contains(DNS_JSON) ? DNS_JSON : Body.JSON;
            reply = (answers, client) -> write(type2, isChecked, claim, answers.getFirst());
        }
        return new Asked(NAME, List.of(question), reply, claim, null, isSigned, claim == null && !isSigned);
    }

    private static boolean isSigned(Parameters parameters, String name, Terms terms, Instant now)
            throws RefusedException {
        var key = parameters.first("key");
        var id = parameters.first("uid");
        if (key == null || id == null) {
            return false;
        }
        var account = terms.accounts().find(id);
        if (account.isEmpty()) {
            return false;
        }
        var timestamp = parameters.first("ts", "");
        Signatures.checkAlibabaJson(account.get(), timestamp, name, parameters.first("ak", ""), key);
        // Here it says when it was made. It counts for ten minutes, before and after.
        Signatures.checkExpiry(timestamp, now.minus(10, ChronoUnit.MINUTES), java.time.Duration.ofMinutes(20));
        return true;
    }

    private static Body brief(Answer answer) {
        var json = new Json().open('[');
        Ttl.addresses(answer).forEach(json::text);
        return Body.of(Body.JSON, json.close(']').builder(), Ttl.least(List.of(answer)));
    }

    private static Body write(String contentType, boolean isChecked, @Nullable Subnet claim, Answer answer) {
        var question = answer.question();
        var json = new Json()
                .open('{')
                .name("Status")
                .number(answer.rcode())
                .name("TC")
                .bool(false)
                .name("RD")
                .bool(true)
                .name("RA")
                .bool(true)
                .name("AD")
                .bool(false)
                .name("CD")
                .bool(!isChecked)
                .name("Question")
                .open('[')
                .open('{')
                .name("name")
                .text(question.name() + ".")
                .name("type")
                .number(question.type())
                .close('}')
                .close(']');
        section(json, "Answer", answer.records(), answer);
        section(json, "Authority", answer.authority(), answer);
        if (claim != null && question.client() != null) {
            var scope = answer.scope();
            json.name("edns_client_subnet")
                    .text(claim.address().getHostAddress() + "/" + (scope == null ? 0 : scope.prefix()));
        }
        var note = answer.publicNote();
        if (note != null) {
            json.name("Comment").text(note);
        }
        return Body.of(contentType, json.close('}').builder(), Ttl.least(List.of(answer)));
    }

    private static void section(Json json, String name, List<ResourceRecord> records, Answer answer) {
        if (records.isEmpty()) {
            return;
        }
        json.name(name).open('[');
        for (var entry : records) {
            json.open('{')
                    .name("name")
                    .text(entry.name() + ".")
                    .name("type")
                    .number(entry.type())
                    .name("TTL")
                    .number(Ttl.of(entry, answer))
                    .name("data")
                    .text(entry.text())
                    .close('}');
        }
        json.close(']');
    }
}

package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Answer;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** DNS messages over HTTP (RFC 8484): {@code /dns-query?dns=} in Base64url, or the message as the body of a POST. */
final class WireDialect {
    static final String NAME = "doh";
    static final String MEDIA_TYPE = "application/dns-message";
    private static final int NOTIMP = 4;
    private static final int REFUSED = 5;

    private WireDialect() {}

    static Asked readGet(Parameters parameters) throws RefusedException {
        var text = parameters.first("dns", "");
        var end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=') {
            end--; // padding is wrong here, but harmless
        }
        try {
            return read(Base64.getUrlDecoder().decode(text.substring(0, end)), true);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_MESSAGE, "dns: not Base64url");
        }
    }

    static Asked readPost(Request request) throws RefusedException {
        if (!request.mediaType().equals(MEDIA_TYPE)) {
            throw new RefusedException(Reason.UNSUPPORTED_TYPE, "expected a body of type " + MEDIA_TYPE);
        }
        return read(request.body(), false);
    }

    private static Asked read(byte[] message, boolean isGet) throws RefusedException {
        var query = WireMessage.read(message);
        if (query.opcode() != 0) {
            return ready(query, NOTIMP);
        }
        if (query.dnsClass() != 1 || Types.isNeverAnswered(query.question().type())) {
            return ready(query, REFUSED);
        }
        return new Asked(
                NAME,
                List.of(query.question()),
                (answers, client) -> write(query, answers.getFirst()),
                query.subnet(),
                null,
                false,
                isGet && query.subnet() == null);
    }

    private static Asked ready(WireMessage.Query query, int rcode) {
        var body = new Body(MEDIA_TYPE, WireMessage.write(query, rcode), 0, Map.of());
        return new Asked(NAME, List.of(), (answers, client) -> body, null, null, false, false);
    }

    static Body write(WireMessage.Query query, Answer answer) {
        return new Body(MEDIA_TYPE, WireMessage.write(query, answer), Ttl.least(List.of(answer)), Map.of());
    }
}

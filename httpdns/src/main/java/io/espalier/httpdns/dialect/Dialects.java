package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** All dialects: which one a request is in, and how each of them says no. */
public final class Dialects {
    /** Names of all dialects, for counters. */
    public static final List<String> NAMES = List.of(
            OwnDialect.NAME,
            DnspodDialect.NAME,
            AlibabaDialect.NAME,
            AlibabaV2Dialect.NAME,
            VolcengineDialect.NAME,
            GoogleDialect.NAME,
            WireDialect.NAME);

    private static final String FORM = "application/x-www-form-urlencoded";

    private Dialects() {}

    /**
     * Reads a request.
     *
     * @throws RefusedException if it is in no dialect, is malformed, or its signature does not hold
     */
    public static Asked read(Request request, Terms terms, Instant now) throws RefusedException {
        var asked = dispatch(request, terms, now);
        if (terms.accounts().areSignaturesRequired() && !asked.isSigned()) {
            throw new RefusedException(Reason.SIGNATURE_MISSING, "only signed requests are answered here");
        }
        return asked;
    }

    private static Asked dispatch(Request request, Terms terms, Instant now) throws RefusedException {
        return switch (request.path()) {
            case "/dn", "/dn/" -> OwnDialect.read(request, query(request), terms, now);
            case "/d" -> DnspodDialect.read(queryOrForm(request), terms);
            case "/v2/d" -> AlibabaV2Dialect.read(query(request), terms, now);
            case "/resolve" -> resolve(request, query(request), terms, now);
            case "/dns-query" -> dnsQuery(request, terms, now);
            default -> accountPath(request, terms, now);
        };
    }

    /** The parameters of a request that can only be a GET. */
    private static Parameters query(Request request) throws RefusedException {
        requireGet(request);
        return Parameters.parse(request.query());
    }

    private static Asked resolve(Request request, Parameters parameters, Terms terms, Instant now)
            throws RefusedException {
        return parameters.has("domain") && !parameters.has("name")
                ? VolcengineDialect.read(parameters, terms, now)
                : GoogleDialect.read(request, parameters, terms, now);
    }

    private static Asked dnsQuery(Request request, Terms terms, Instant now) throws RefusedException {
        if (request.method().equals("POST")) {
            return WireDialect.readPost(request);
        }
        requireGetOrPost(request);
        var parameters = Parameters.parse(request.query());
        if (parameters.has("dns")) {
            return WireDialect.readGet(parameters);
        }
        if (parameters.has("name")) {
            return GoogleDialect.read(request, parameters, terms, now);
        }
        throw new RefusedException(Reason.BAD_MESSAGE, "neither dns= nor name=");
    }

    private static Asked accountPath(Request request, Terms terms, Instant now) throws RefusedException {
        var path = request.path();
        var slash = path.indexOf('/', 1);
        var action = slash < 0 ? "" : path.substring(slash + 1);
        if (slash < 2 || slash > 65 || !AlibabaDialect.isAction(action)) {
            throw new RefusedException(Reason.NOT_FOUND, "nothing is answered at this path");
        }
        requireGet(request);
        return AlibabaDialect.read(
                Parameters.decode(path.substring(1, slash)), action, Parameters.parse(request.query()), terms, now);
    }

    private static Parameters queryOrForm(Request request) throws RefusedException {
        if (!request.method().equals("POST")) {
            requireGetOrPost(request);
            return Parameters.parse(request.query());
        }
        if (request.body().length > 0 && !request.mediaType().equals(FORM)) {
            throw new RefusedException(Reason.UNSUPPORTED_TYPE, "expected a body of type " + FORM);
        }
        var form = new String(request.body(), StandardCharsets.ISO_8859_1);
        return Parameters.parse(request.query() + "&" + form);
    }

    private static void requireGet(Request request) throws RefusedException {
        if (!request.isGet()) {
            throw new RefusedException(Reason.METHOD_NOT_ALLOWED, "expected GET");
        }
    }

    private static void requireGetOrPost(Request request) throws RefusedException {
        if (!request.isGet()) {
            throw new RefusedException(Reason.METHOD_NOT_ALLOWED, "expected GET or POST");
        }
    }

    /** The methods that a path takes, for the Allow header. */
    public static String allowed(String path) {
        return path.equals("/d") || path.equals("/dns-query") ? "GET, HEAD, POST" : "GET, HEAD";
    }

    /** How a request is told that it was refused, in a form that its SDK can read. */
    public static Body refusal(Request request, Reason reason, String message) {
        var path = request.path();
        if (path.equals("/v2/d")
                || (AlibabaDialect.isAction(path.substring(path.indexOf('/', 1) + 1)) && !isPlain(path))) {
            return Body.of(
                    Body.JSON,
                    new Json()
                            .open('{')
                            .name("code")
                            .text(alibabaCode(reason))
                            .name("reason")
                            .text(reason.name())
                            .name("message")
                            .text(message)
                            .close('}')
                            .builder()
                            .append('\n'),
                    0);
        }
        var isJson = path.equals("/resolve")
                || request.accept().contains("json")
                || request.query().contains("format=json");
        return isJson
                ? Body.of(
                        Body.JSON,
                        new Json()
                                .open('{')
                                .name("status")
                                .number(reason.status())
                                .name("reason")
                                .text(reason.name())
                                .name("message")
                                .text(message)
                                .close('}')
                                .builder()
                                .append('\n'),
                        0)
                : Body.of(Body.TEXT, reason + ": " + message + "\n", 0);
    }

    private static boolean isPlain(String path) {
        return path.equals("/d") || path.equals("/resolve");
    }

    private static String alibabaCode(Reason reason) {
        return switch (reason) {
            case MISSING_NAME -> "MissingArgument";
            case MALFORMED_NAME, NAME_TOO_LONG -> "InvalidHost";
            case TOO_MANY_NAMES -> "TooManyHosts";
            case UNKNOWN_ACCOUNT -> "InvalidAccount";
            case SIGNATURE_MISSING, BAD_SIGNATURE -> "InvalidSignature";
            case SIGNATURE_EXPIRED, SIGNATURE_USED -> "SignatureExpired";
            case METHOD_NOT_ALLOWED -> "MethodNotAllowed";
            case TOO_MANY_MISSES, TOO_MANY_WAITING -> "TooManyRequests";
            case INTERNAL_ERROR, DRAINING -> "InternalError";
            default -> "InvalidArgument";
        };
    }

    /** One decision on the way to an answer, for a person. */
    public record Step(String stage, String decision, long micros) {}

    /** How a request with {@code explain=1} is answered, whatever its dialect. */
    public static Body explanation(Asked asked, List<Answer> answers, List<Step> steps, String client) {
        var json = new Json()
                .open('{')
                .name("dialect")
                .text(asked.dialect())
                .name("client")
                .text(client);
        json.name("claim").text(asked.claim() == null ? null : asked.claim().toString());
        json.name("signed").bool(asked.isSigned());
        json.name("answers").open('[');
        answers.forEach(answer -> OwnDialect.write(json, answer, answer.note()));
        json.close(']').name("steps").open('[');
        for (var step : steps) {
            json.open('{')
                    .name("after_us")
                    .number(step.micros())
                    .name("stage")
                    .text(step.stage())
                    .name("decision")
                    .text(step.decision())
                    .close('}');
        }
        json.close(']').name("reply");
        var reply = asked.reply().write(new ArrayList<>(answers), client);
        json.open('{').name("type").text(reply.contentType());
        json.name("length").number(reply.bytes().length);
        if (!reply.contentType().equals(WireDialect.MEDIA_TYPE)) {
            json.name("body").text(new String(reply.bytes(), StandardCharsets.UTF_8));
        }
        json.close('}');
        return Body.of(Body.JSON, json.close('}').builder().append('\n'), 0);
    }
}

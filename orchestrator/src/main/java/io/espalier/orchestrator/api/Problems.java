package io.espalier.orchestrator.api;

import io.espalier.orchestrator.access.TooManyTriesException;
import io.espalier.orchestrator.enrol.EnrolmentException;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.rollout.RolloutException;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.worker.WorkerException;
import io.espalier.protocol.Reason;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Every error of the API: RFC 9457 problem details, with the word of the reason as {@code reason}. */
@RestControllerAdvice
public final class Problems extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> tell(Exception thrown) {
        ProblemDetail problem = of(thrown);
        var answer = ResponseEntity.status(problem.getStatus()).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (thrown instanceof TooManyTriesException tries) {
            answer.header(
                    HttpHeaders.RETRY_AFTER,
                    Long.toString(Math.max(1, tries.retryAfter().toSeconds())));
        }
        if (problem.getStatus() == HttpStatus.UNAUTHORIZED.value()) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"Espalier\"");
        }
        return answer.body(problem);
    }

    /** What is told of {@code thrown}; an unexpected one is logged, and its text stays in the log. */
    public static ProblemDetail of(Exception thrown) {
        return switch (thrown) {
            case RequestRefused refused -> problem(refused.status(), refused.word(), refused.getMessage());
            case SourceException e -> problem(status(e.reason()), e.reason().word(), e.getMessage());
            case LinkException e -> problem(status(e.reason()), e.reason().word(), e.getMessage());
            case RolloutException e -> problem(status(e.reason()), e.reason().word(), e.getMessage());
            case WorkerException e -> problem(status(e.reason()), word(e.reason()), e.getMessage());
            case EnrolmentException e -> problem(status(e.reason()), e.reason().word(), e.getMessage());
            case TooManyTriesException e -> problem(HttpStatus.TOO_MANY_REQUESTS, "too-many-tries", e.getMessage());
            case AuthenticationException e ->
                problem(
                        HttpStatus.UNAUTHORIZED,
                        "not-signed-in",
                        "this needs a sign-in, or a token in the header Authorization: Bearer");
            case AccessDeniedException e ->
                problem(HttpStatus.FORBIDDEN, "not-allowed", "your account or token lacks the right to do this");
            case IllegalArgumentException e -> problem(HttpStatus.BAD_REQUEST, "malformed", e.getMessage());
            default -> {
                LOG.atError().setCause(thrown).log("request failed");
                yield problem(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        Reason.INTERNAL.word(),
                        "something unexpected went wrong; the orchestrator's log has the details");
            }
        };
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception thrown, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (body instanceof ProblemDetail problem && problem.getProperties() == null) {
            problem.setProperty("reason", status.value() == 404 ? "not-found" : "malformed");
        }
        return super.handleExceptionInternal(thrown, body, headers, status, request);
    }

    private static ProblemDetail problem(HttpStatus status, String reason, @Nullable String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail == null ? reason : detail);
        problem.setProperty("reason", reason);
        return problem;
    }

    private static HttpStatus status(WorkerException.Reason reason) {
        return switch (reason) {
            case MALFORMED -> HttpStatus.BAD_REQUEST;
            case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
            case TOO_MANY -> HttpStatus.SERVICE_UNAVAILABLE;
        };
    }

    private static String word(WorkerException.Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static HttpStatus status(Reason reason) {
        return switch (reason) {
            case MALFORMED, PATH_REFUSED -> HttpStatus.BAD_REQUEST;
            case NO_SUCH_JOB -> HttpStatus.NOT_FOUND;
            case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
            case INVALID_REVISION, RENDER_FAILED, RENDER_SHRUNK -> HttpStatus.UNPROCESSABLE_CONTENT;
            case BUSY, HOST_MOVED, QUARANTINED, SUPERSEDED, ABORTED, NUMBER_TOO_OLD, TOO_MANY_FAILURES ->
                HttpStatus.CONFLICT;
            case TIMED_OUT -> HttpStatus.GATEWAY_TIMEOUT;
            case UNREACHABLE,
                    HOST_KEY_UNKNOWN,
                    HOST_KEY_CHANGED,
                    CERTIFICATE_REFUSED,
                    AUTH_FAILED,
                    AGENT_DOWN,
                    NOT_ENROLLED,
                    WRONG_CLOCK,
                    WRONG_HOST,
                    PROTOCOL_MISMATCH,
                    SIGNATURE_INVALID,
                    FETCH_FAILED,
                    DISK_FULL,
                    READ_ONLY,
                    IO_ERROR,
                    BLOB_MISMATCH,
                    INTERRUPTED,
                    PACKAGES_FAILED,
                    ACCOUNTS_FAILED,
                    SYSCTL_FAILED,
                    VALIDATE_FAILED,
                    CHECK_FAILED,
                    RELOAD_FAILED,
                    UNHEALTHY,
                    NOT_CONFIRMED -> HttpStatus.BAD_GATEWAY;
            case INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }
}

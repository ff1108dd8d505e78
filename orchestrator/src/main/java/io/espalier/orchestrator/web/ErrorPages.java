package io.espalier.orchestrator.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Errors that the servlet container reports: unknown addresses, refused requests. */
@Controller
final class ErrorPages implements ErrorController {

    private final PageProblems pages;

    ErrorPages(PageProblems pages) {
        this.pages = pages;
    }

    @RequestMapping("/error")
    Object error(HttpServletRequest request) {
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        ProblemDetail problem = ProblemDetail.forStatus(HttpStatus.resolve(status) == null ? 500 : status);
        problem.setProperty("reason", reason(status));
        problem.setDetail(detail(status));
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        if (accept != null && accept.contains(MediaType.TEXT_HTML_VALUE)) {
            return pages.page(problem, request);
        }
        return ResponseEntity.status(problem.getStatus())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }

    private static String reason(int status) {
        return switch (status) {
            case 403 -> "not-allowed";
            case 404 -> "not-found";
            default -> status < 500 ? "malformed" : "internal";
        };
    }

    private static String detail(int status) {
        return switch (status) {
            case 403 ->
                "Your account lacks the right to do this, or the page was open for too long: go back, reload it, try again.";
            case 404 -> "The address is wrong, or what it named is gone.";
            default -> "";
        };
    }
}

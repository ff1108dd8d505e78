package io.espalier.orchestrator.web;

import io.espalier.orchestrator.api.Problems;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import java.util.Map;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.servlet.ModelAndView;

/** What goes wrong on a page, told on a page. */
@ControllerAdvice(basePackageClasses = PageProblems.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class PageProblems {

    private final Frame frame;

    PageProblems(Assets assets, InstantSource clock, io.espalier.orchestrator.api.StatusDesk status) {
        this.frame = new Frame(status, assets, clock);
    }

    @ExceptionHandler
    ModelAndView tell(Exception thrown, HttpServletRequest request) {
        ProblemDetail problem = thrown instanceof ErrorResponse known ? known.getBody() : Problems.of(thrown);
        return page(problem, request);
    }

    ModelAndView page(ProblemDetail problem, HttpServletRequest request) {
        var page = new ModelAndView("problem");
        var model = new org.springframework.ui.ExtendedModelMap();
        frame.addTo(model, request);
        page.addAllObjects(model);
        Map<String, Object> more = problem.getProperties();
        Object reason = more == null ? null : more.get("reason");
        page.addObject("status", problem.getStatus());
        page.addObject("title", title(problem.getStatus()));
        page.addObject("detail", problem.getDetail() == null ? "" : problem.getDetail());
        page.addObject("reason", reason == null ? "" : reason.toString());
        page.setStatus(HttpStatus.valueOf(problem.getStatus()));
        return page;
    }

    static String title(int status) {
        return switch (status) {
            case 400 -> "That cannot be understood";
            case 401 -> "Sign in first";
            case 403 -> "You may not do that";
            case 404 -> "There is nothing here";
            case 409 -> "Not as things are now";
            case 422 -> "That cannot be rolled out";
            case 502, 504 -> "A host or a source does not answer";
            case 503 -> "Too much at once";
            default -> status >= 500 ? "Something went wrong" : "That did not work";
        };
    }
}

package io.espalier.orchestrator.render;

import freemarker.core.InvalidReferenceException;
import freemarker.core.ParseException;
import freemarker.core.StopException;
import freemarker.template.MalformedTemplateNameException;
import freemarker.template.TemplateException;
import freemarker.template.TemplateNotFoundException;
import io.espalier.orchestrator.fleet.Nearest;
import io.espalier.orchestrator.fleet.Problem;
import io.espalier.protocol.HostName;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns what FreeMarker throws into one line for the person who wrote the template. */
final class TemplateProblems {

    private static final int MAX_MESSAGE = 300;
    private static final Pattern PATH = Pattern.compile("[A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*)*");
    private static final Pattern BLAMED = Pattern.compile("(?m)^==> (.*?) {2}\\[in template.*$");
    private static final Pattern EVALUATED = Pattern.compile(
            "(?s)(?:For [^\\n]*?: )?Expected ([^\\n]*?)(?:, or \"template output\" )?, but [^\\n]*?has evaluated to"
                    + " ([^\\n(:]*).*");

    private final TemplateSet templates;
    private final HostName host;
    private final Map<String, Object> model;

    TemplateProblems(TemplateSet templates, HostName host, Map<String, Object> model) {
        this.templates = templates;
        this.host = host;
        this.model = model;
    }

    Problem of(String template, Throwable thrown) {
        return switch (thrown) {
            case LimitPassed e -> error(e.template(), e.line(), e.column(), String.valueOf(e.getMessage()));
            case ParseException e ->
                error(named(e.getTemplateName(), template), e.getLineNumber(), e.getColumnNumber(), parse(e));
            case InvalidReferenceException e -> missing(template, e);
            case StopException e -> at(template, e, "stopped: " + firstLine(e.getMessageWithoutStackTop()));
            case TemplateException e when cause(e) instanceof ParseException parse -> of(template, parse);
            case TemplateException e
            when cause(e) instanceof TemplateNotFoundException missing ->
                at(template, e, "there is no template '" + missing.getTemplateName() + "'");
            case TemplateException e
            when cause(e) instanceof MalformedTemplateNameException name ->
                at(
                        template,
                        e,
                        "cannot include '" + name.getTemplateName() + "': " + name.getMalformednessDescription());
            case TemplateException e -> at(template, e, failure(e));
            case TemplateNotFoundException e -> error(named(e.getTemplateName(), template), 0, 0, "is missing");
            case MalformedTemplateNameException e ->
                error(template, 0, 0, "is no name of a template: " + e.getMalformednessDescription());
            case StackOverflowError e -> error(template, 0, 0, "calls or includes itself without end");
            case OutOfMemoryError e -> error(template, 0, 0, "takes more memory than there is");
            default -> error(template, 0, 0, "cannot be rendered: " + firstLine(thrown.toString()));
        };
    }

    Problem error(String template, int line, int column, String message) {
        return Problem.error(
                templates.shown(template), Math.max(0, line), Math.max(0, column), host + ": " + shortened(message));
    }

    private Problem missing(String template, InvalidReferenceException e) {
        String expression = Optional.ofNullable(e.getBlamedExpressionString()).orElse("?");
        Problem problem = at(template, e, "variable '" + expression + "' is not set");
        String hint = hint(expression);
        return hint.isEmpty()
                ? problem
                : Problem.error(problem.file(), problem.line(), problem.column(), problem.message(), hint);
    }

    private Problem at(String template, TemplateException e, String message) {
        int line = Optional.ofNullable(e.getLineNumber()).orElse(0);
        int column = Optional.ofNullable(e.getColumnNumber()).orElse(0);
        return error(named(e.getTemplateSourceName(), template), line, column, message);
    }

    /** The nearest name that is set where the missing one was looked for, or the same name in a better place. */
    private String hint(String expression) {
        if (!PATH.matcher(expression).matches()) {
            return "";
        }
        List<String> steps = Arrays.asList(expression.split("\\."));
        Object at = model;
        for (String step : steps.subList(0, steps.size() - 1)) {
            at = at instanceof Map<?, ?> map ? map.get(step) : null;
        }
        String missing = steps.getLast();
        if (!(at instanceof Map<?, ?> map)) {
            return "";
        }
        var known = new LinkedHashSet<String>();
        map.keySet().forEach(key -> known.add(String.valueOf(key)));
        String near = Nearest.hint(missing, known);
        if (near.isEmpty() && steps.size() == 1) {
            return model.get("vars") instanceof Map<?, ?> vars && vars.containsKey(missing)
                    ? "did you mean 'vars." + missing + "'?"
                    : "";
        }
        if (near.isEmpty() || steps.size() == 1) {
            return near;
        }
        String parent = String.join(".", steps.subList(0, steps.size() - 1));
        return near.replaceFirst("'", Matcher.quoteReplacement("'" + parent + "."));
    }

    /** {@code expected a string, but 'vars.list' is a sequence}. */
    private static String failure(TemplateException e) {
        String message = String.valueOf(e.getMessageWithoutStackTop());
        Matcher evaluated = EVALUATED.matcher(message);
        Matcher blamed = BLAMED.matcher(message);
        if (evaluated.matches() && blamed.find()) {
            return "expected " + evaluated.group(1) + ", but '" + blamed.group(1) + "' is "
                    + evaluated.group(2).strip();
        }
        return firstLine(message);
    }

    private static String parse(ParseException e) {
        return firstLine(String.valueOf(e.getEditorMessage()));
    }

    private static @Nullable Throwable cause(TemplateException e) {
        return e.getCause();
    }

    private static String named(@Nullable String told, String fallback) {
        return told == null || told.isEmpty() ? fallback : told;
    }

    /** Up to the first line that only FreeMarker's own developers would read. */
    private static String firstLine(@Nullable String message) {
        var text = new StringBuilder();
        for (String line : String.valueOf(message).lines().toList()) {
            if (line.startsWith("----") || line.startsWith("==>") || (line.isBlank() && !text.isEmpty())) {
                break;
            }
            if (!line.equals("The blamed expression:")) {
                text.append(text.isEmpty() ? "" : " ").append(line.strip());
            }
        }
        return text.toString();
    }

    private static String shortened(String message) {
        return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "...";
    }
}

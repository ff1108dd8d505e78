package io.espalier.orchestrator.render;

/**
 * A template wants more than a file may take. No {@code TemplateException} and no {@code IOException}, so that a
 * template's own {@code <#attempt>} does not catch it.
 */
final class LimitPassed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String template;
    private final int line;
    private final int column;

    LimitPassed(String message, String template, int line, int column) {
        super(message, null, false, false);
        this.template = template;
        this.line = line;
        this.column = column;
    }

    String template() {
        return template;
    }

    int line() {
        return line;
    }

    int column() {
        return column;
    }
}

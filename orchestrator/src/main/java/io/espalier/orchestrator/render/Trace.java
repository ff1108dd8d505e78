package io.espalier.orchestrator.render;

import freemarker.core.Environment;
import freemarker.core.TemplateProcessingTracer;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Watches one rendering, within the limits of a {@link Guard}, and keeps for each line what wrote it. For one thread. */
final class Trace extends Writer implements TemplateProcessingTracer {

    /** Of one line; a line that lists more is not read by anybody. */
    private static final int MAX_VARIABLES = 100;

    private static final int MAX_SPOTS = 20;

    private final Guard guard;
    private final UnaryOperator<String> pathOf;
    private final List<TracedLine> lines = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private Set<TracedLine.Spot> spots = new LinkedHashSet<>();
    private Map<String, String> variables = new LinkedHashMap<>();
    private String path = "";
    private int line;
    private int lastLine;
    private boolean isText;

    /** @param pathOf gives for the name of a template its path in its source */
    Trace(Guard guard, UnaryOperator<String> pathOf) {
        this.guard = guard;
        this.pathOf = pathOf;
    }

    void read(String variable, String value) {
        if (variables.size() < MAX_VARIABLES) {
            variables.put(variable, value);
        }
    }

    /** All lines; an end of line at the end of the text begins no more line. */
    List<TracedLine> lines() {
        if (!text.isEmpty()) {
            end();
        }
        return List.copyOf(lines);
    }

    @Override
    public void enterElement(Environment env, TracedElement element) {
        guard.enterElement(env, element);
        if (element.isLeaf()) {
            path = pathOf.apply(element.getTemplate().getName());
            line = element.getBeginLine();
            lastLine = element.getEndLine();
            isText = element.getDescription().startsWith("text ");
        }
    }

    @Override
    public void exitElement(Environment env, TracedElement element) {
        guard.exitElement(env, element);
    }

    @Override
    public void write(char[] chars, int offset, int length) {
        guard.write(chars, offset, length);
        for (int i = offset; i < offset + length; i++) {
            if (spots.size() < MAX_SPOTS) {
                spots.add(new TracedLine.Spot(path, line));
            }
            if (chars[i] == '\n') {
                end();
                line = isText ? Math.min(line + 1, lastLine) : line;
            } else {
                text.append(chars[i]);
            }
        }
    }

    private void end() {
        lines.add(new TracedLine(text.toString(), List.copyOf(spots), Collections.unmodifiableMap(variables)));
        text.setLength(0);
        spots = new LinkedHashSet<>();
        variables = new LinkedHashMap<>();
    }

    @Override
    public void flush() {
        // all in memory
    }

    @Override
    public void close() {
        // all in memory
    }
}

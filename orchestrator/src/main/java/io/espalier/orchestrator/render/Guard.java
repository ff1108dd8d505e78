package io.espalier.orchestrator.render;

import com.sun.management.ThreadMXBean;
import freemarker.core.Environment;
import freemarker.core.TemplateProcessingTracer;
import java.io.Writer;
import java.lang.management.ManagementFactory;

/** Counts what one rendering takes, at every directive and interpolation, and ends it at a limit. For one thread. */
final class Guard extends Writer implements TemplateProcessingTracer {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Limits limits;
    private final String template;
    private final long started = System.nanoTime();
    private final long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
    private final StringBuilder out = new StringBuilder(1_024);
    private long steps;
    private String atTemplate;
    private int line;
    private int column;

    Guard(Limits limits, String template) {
        this.limits = limits;
        this.template = template;
        this.atTemplate = template;
    }

    String output() {
        return out.toString();
    }

    @Override
    public void enterElement(Environment env, TracedElement element) {
        atTemplate = element.getTemplate().getName();
        line = element.getBeginLine();
        column = element.getBeginColumn();
        if (++steps > limits.steps()) {
            throw passed("takes more than " + limits.steps() + " steps");
        }
        if (System.nanoTime() - started > limits.time().toNanos()) {
            throw passed("takes longer than " + limits.time().toMillis() + " ms");
        }
        // A text that doubles in a loop passes any bound within some twenty steps: look at each.
        if (THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore > limits.memory()) {
            throw passed("takes more than " + limits.memory() + " bytes of memory");
        }
    }

    @Override
    public void exitElement(Environment env, TracedElement element) {
        // only the way in is counted
    }

    @Override
    public void write(char[] chars, int offset, int length) {
        checkRoom(length);
        out.append(chars, offset, length);
    }

    @Override
    public void write(String text, int offset, int length) {
        checkRoom(length);
        out.append(text, offset, offset + length);
    }

    @Override
    public void flush() {
        // all in memory
    }

    @Override
    public void close() {
        // all in memory
    }

    LimitPassed passed(String message) {
        return new LimitPassed(message, atTemplate == null ? template : atTemplate, line, column);
    }

    private void checkRoom(int length) {
        if ((long) out.length() + length > limits.output()) {
            throw passed("gives more than " + limits.output() + " bytes");
        }
    }
}

package io.espalier.orchestrator.render;

import freemarker.core.Environment;
import freemarker.core.TemplateProcessingTracer;
import freemarker.template.TemplateException;
import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.HostName;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Carries out one template after another within limits. Runs on a thread of {@link RenderThreads}. */
record TemplateWork(TemplateSet set, Limits limits, GivenUp givenUp) {

    /** What came of one template. */
    sealed interface Outcome {
        record Text(String text) implements Outcome {}

        record Wrong(Problem problem) implements Outcome {}
    }

    /** What is done with a template between two looks at the clock. */
    @FunctionalInterface
    private interface Work {
        Outcome run(Guard guard) throws IOException, TemplateException;
    }

    Outcome render(String name, Map<String, Object> model, HostName host, RenderThreads.Watch watch) {
        return guarded(name, model, host, watch, guard -> {
            process(name, model, guard, guard);
            return new Outcome.Text(guard.output());
        });
    }

    /** As {@link #render}, telling what each line was made of; no lines if it does not come to an end. */
    List<TracedLine> trace(String name, Map<String, Object> model, HostName host, RenderThreads.Watch watch) {
        var lines = new ArrayList<TracedLine>();
        guarded(name, model, host, watch, guard -> {
            var trace = new Trace(guard, set::path);
            process(name, new Watched(trace::read).root(model), trace, trace);
            lines.addAll(trace.lines());
            return new Outcome.Text(guard.output());
        });
        return lines;
    }

    private void process(String name, Object model, Writer out, TemplateProcessingTracer tracer)
            throws IOException, TemplateException {
        Environment environment = set.template(name).createProcessingEnvironment(model, out);
        environment.setTemplateProcessingTracer(tracer);
        environment.process();
    }

    private Outcome guarded(
            String name, Map<String, Object> model, HostName host, RenderThreads.Watch watch, Work work) {
        var problems = new TemplateProblems(set, host, model);
        if (givenUp.contains(() -> set.digest(name))) {
            return new Outcome.Wrong(problems.error(name, 0, 0, "did not end when it was rendered before"));
        }
        watch.begin(name);
        try {
            return work.run(new Guard(limits, name));
        } catch (IOException | TemplateException | LimitPassed | StackOverflowError | OutOfMemoryError e) {
            return new Outcome.Wrong(problems.of(name, e));
        } catch (SourceException e) {
            return new Outcome.Wrong(problems.error(name, 0, 0, String.valueOf(e.getMessage())));
        } catch (RuntimeException e) { // FreeMarker's own slips, such as an index out of bounds in a built-in
            return new Outcome.Wrong(problems.of(name, e));
        } finally {
            watch.end();
        }
    }

    /** What to say of a template that holds its thread and will not let go. */
    Problem hanging(String name, Map<String, Object> model, HostName host) {
        givenUp.add(set.digest(name));
        return new TemplateProblems(set, host, model)
                .error(name, 0, 0, "does not end (limit: " + limits.time().toMillis() + " ms)");
    }
}

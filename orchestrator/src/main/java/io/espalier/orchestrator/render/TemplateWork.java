package io.espalier.orchestrator.render;

import freemarker.core.Environment;
import freemarker.template.TemplateException;
import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.HostName;
import java.io.IOException;
import java.util.Map;

/** Carries out one template after another within limits. Runs on a thread of {@link RenderThreads}. */
record TemplateWork(TemplateSet set, Limits limits, GivenUp givenUp) {

    /** What came of one template. */
    sealed interface Outcome {
        record Text(String text) implements Outcome {}

        record Wrong(Problem problem) implements Outcome {}
    }

    Outcome render(String name, Map<String, Object> model, HostName host, RenderThreads.Watch watch) {
        var problems = new TemplateProblems(set, host, model);
        if (givenUp.contains(() -> set.digest(name))) {
            return new Outcome.Wrong(problems.error(name, 0, 0, "did not end when it was rendered before"));
        }
        watch.begin(name);
        try {
            var guard = new Guard(limits, name);
            Environment environment = set.template(name).createProcessingEnvironment(model, guard);
            environment.setTemplateProcessingTracer(guard);
            environment.process();
            return new Outcome.Text(guard.output());
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

package io.espalier.orchestrator.api;

import io.espalier.orchestrator.access.Caller;
import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.rollout.Pass;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.orchestrator.rollout.RolloutId;
import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceState;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.hosting.Edit;
import io.espalier.orchestrator.source.hosting.EditResult;
import io.espalier.orchestrator.source.hosting.HostedEdits;
import io.espalier.protocol.api.ProblemView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** Files of hosted sources, changed without a clone: each save is a commit that passed the check of a push. */
@Component
public final class EditDesk {

    /** How long who saved is kept waiting to be shown the rollout. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** {@code units/web.yaml:3:5 what (hint)}, also with the name of a source in front. */
    private static final Pattern PLACE =
            Pattern.compile("([^\\s:]+:)??([^\\s:]+)(?::(\\d+)(?::(\\d+))?)? (.*)", Pattern.DOTALL);

    private final Sources sources;
    private final SourceBrowser browser;
    private final HostedEdits edits;
    private final Reconciler reconciler;
    private final Audit audit;

    EditDesk(Sources sources, SourceBrowser browser, HostedEdits edits, Reconciler reconciler, Audit audit) {
        this.sources = sources;
        this.browser = browser;
        this.edits = edits;
        this.reconciler = reconciler;
        this.audit = audit;
    }

    /**
     * A file to begin with.
     *
     * @param text its content with plain line feeds; empty for one that is not there
     * @param base the revision that it is of
     */
    public record Start(String text, boolean isNew, Revision base) {}

    /** Why nothing can be edited in {@code source}; empty if it can. */
    public Optional<String> whyReadOnly(String source) {
        return edits.whyReadOnly(state(source));
    }

    /** @throws RequestRefused if it is a folder, no text or too large */
    public Start start(String source, String path) {
        Snapshot snapshot = browser.snapshot(source, null);
        Optional<byte[]> content = path.isEmpty() ? Optional.empty() : snapshot.read(path);
        if (content.isPresent() && content.get().length > Edit.MAX_TEXT) {
            throw RequestRefused.malformed(path + " is too large to be edited here (at most " + (Edit.MAX_TEXT >> 10)
                    + " kB); clone and push");
        }
        String text = content.map(bytes -> SourceBrowser.text(bytes)
                        .orElseThrow(() -> RequestRefused.malformed(path + " is no text; clone and push")))
                .orElse("");
        return new Start(
                text.replace("\r\n", "\n"), content.isEmpty(), snapshot.commit().revision());
    }

    /** What a form brings. Browsers send lines that end in CRLF; the file keeps the ends that it had. */
    public record Form(String path, String base, String text, String message) {}

    /** @param plan given the lines of the plan, if the edit could be accepted */
    public EditResult dryRun(String source, Form form, Caller by, Consumer<String> plan) {
        // Nobody need say why before it is saved
        var named = new Form(form.path(), form.base(), form.text(), "Dry run");
        return edits.dryRun(state(source), edit(source, named, by), plan);
    }

    public EditResult save(String source, Form form, Caller by) {
        EditResult result = edits.commit(state(source), edit(source, form, by));
        if (result instanceof EditResult.Accepted accepted) {
            audit.record(
                    by.text(),
                    "source.edit",
                    source + ":" + form.path(),
                    form.base(),
                    accepted.commit().revision().id());
        }
        return result;
    }

    private Edit edit(String source, Form form, Caller by) {
        Revision base;
        try {
            base = new Revision(form.base());
        } catch (IllegalArgumentException e) {
            throw RequestRefused.malformed("base: " + e.getMessage());
        }
        String text = form.text().replace("\r\n", "\n");
        String message = form.message().replace("\r\n", "\n");
        return new Edit(
                form.path(), hadCrlf(source, form) ? text.replace("\n", "\r\n") : text, base, message, by.user());
    }

    private boolean hadCrlf(String source, Form form) {
        return !form.path().isEmpty()
                && browser.snapshot(source, null)
                        .read(form.path())
                        .flatMap(SourceBrowser::text)
                        .map(text -> text.contains("\r\n"))
                        .orElse(false);
    }

    /** The rollout that carries out what the sources ask for now; empty if there is none to watch. */
    public Optional<RolloutId> rollout() {
        try {
            return reconciler
                    .pass(PATIENCE)
                    .flatMap(pass -> pass instanceof Pass.Rolling(var id) ? Optional.of(id) : Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Findings as problems with a place, as far as they tell one; places in {@code source} without its name. */
    public static List<ProblemView> problems(String source, List<Finding> findings) {
        return findings.stream().map(finding -> problem(source, finding)).toList();
    }

    private static ProblemView problem(String source, Finding finding) {
        String severity = finding.refuses() ? "error" : "warning";
        String text = finding.text().startsWith(source + ":")
                ? finding.text().substring(source.length() + 1)
                : finding.text();
        Matcher matcher = PLACE.matcher(text);
        if (!matcher.matches() || matcher.group(3) == null) {
            return new ProblemView("", 0, 0, finding.text(), null, severity);
        }
        String other = matcher.group(1) == null ? "" : matcher.group(1);
        int column = matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4));
        return new ProblemView(
                other + matcher.group(2), Integer.parseInt(matcher.group(3)), column, matcher.group(5), null, severity);
    }

    private SourceState state(String name) {
        return sources.states().stream()
                .filter(state -> state.source().value().equals(name))
                .findFirst()
                .orElseThrow(() -> RequestRefused.notFound("there is no source '" + name + "'"));
    }
}

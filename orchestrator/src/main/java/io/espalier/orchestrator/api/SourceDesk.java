package io.espalier.orchestrator.api;

import io.espalier.orchestrator.release.ReleaseBuilder;
import io.espalier.orchestrator.rollout.Pass;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Outcome;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.SourceState;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.hosting.FleetSource;
import io.espalier.orchestrator.source.hosting.HostedRepositories;
import io.espalier.protocol.Reason;
import io.espalier.protocol.api.ProblemView;
import io.espalier.protocol.api.SourceView;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The sources that are watched. */
@Component
public final class SourceDesk {

    private final Sources sources;
    private final FleetSource fleet;
    private final HostedRepositories hosted;
    private final Reconciler reconciler;

    SourceDesk(Sources sources, FleetSource fleet, HostedRepositories hosted, Reconciler reconciler) {
        this.sources = sources;
        this.fleet = fleet;
        this.hosted = hosted;
        this.reconciler = reconciler;
    }

    /** @param baseUrl under which this orchestrator was called */
    public List<SourceView> all(String baseUrl) {
        return sources.states().stream().map(state -> view(state, baseUrl)).toList();
    }

    public SourceView sync(String name, String baseUrl) {
        SourceName source = name(name);
        if (!sources.sources().contains(source)) {
            throw unknown(name);
        }
        return view(sources.sync(source), baseUrl);
    }

    private static SourceName name(String name) {
        try {
            return new SourceName(name);
        } catch (IllegalArgumentException e) {
            throw unknown(name);
        }
    }

    private static RequestRefused unknown(String name) {
        return RequestRefused.notFound("there is no source '" + name + "'");
    }

    private record Told(
            String state, @Nullable String reason, @Nullable String detail) {}

    private SourceView view(SourceState state, String baseUrl) {
        boolean isFleet = state.source().equals(fleet.name());
        List<ProblemView> problems = isFleet ? problems() : List.of();
        Told told = problems.isEmpty()
                ? told(state.outcome())
                : new Told(
                        "rejected",
                        Reason.INVALID_REVISION.word(),
                        "the newest revision cannot be rolled out; the fleet stays on its last good one");
        Optional<Commit> commit = state.commit();
        String url = switch (state.spec()) {
            case SourceSpec.Git git -> git.url();
            case SourceSpec.Svn svn -> svn.url();
        };
        String ref = switch (state.spec()) {
            case SourceSpec.Git git -> git.ref();
            case SourceSpec.Svn svn -> svn.ref().isEmpty() ? "HEAD" : svn.ref();
        };
        return new SourceView(
                state.source().value(),
                isFleet ? "fleet" : state.source().equals(ReleaseBuilder.TEMPLATES) ? "template" : "app",
                url,
                ref,
                commit.map(known -> known.revision().id()).orElse(null),
                commit.map(Commit::author).orElse(null),
                commit.map(Commit::subject).orElse(null),
                commit.map(Commit::at).orElse(null),
                state.lastLook().orElse(null),
                told.state(),
                told.reason(),
                told.detail(),
                cloneUrl(url, baseUrl),
                problems,
                remarks(state));
    }

    /** What of the revision is left out; nothing where it cannot be read, which its state then says. */
    private List<String> remarks(SourceState state) {
        if (state.commit().isEmpty()) {
            return List.of();
        }
        try {
            return sources.snapshot(state.source()).remarks();
        } catch (SourceException _) {
            return List.of();
        }
    }

    private @Nullable String cloneUrl(String url, String baseUrl) {
        return url.matches("[a-z0-9][a-z0-9-]*")
                        && hosted.find(new SourceName(url)).isPresent()
                ? baseUrl + "/git/" + url + ".git"
                : null;
    }

    private List<ProblemView> problems() {
        return reconciler.last() instanceof Pass.Refused refused
                ? refused.problems().stream().map(PlanDesk::view).toList()
                : List.of();
    }

    private static Told told(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Settled _ -> new Told("settled", null, null);
            case Outcome.Waiting(var reason, var detail) -> new Told("waiting", reason.word(), detail);
            case Outcome.Stalled(var reason, var detail) -> new Told("stalled", reason.word(), detail);
            case Outcome.Failed(var reason, var detail) -> new Told("waiting", reason.word(), detail);
        };
    }
}

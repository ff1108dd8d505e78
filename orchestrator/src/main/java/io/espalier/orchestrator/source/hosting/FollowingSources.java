package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.SourceState;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.git.WantedRef;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells from the watched sources which of them follow a hosted repository. */
public final class FollowingSources implements HostedSources {

    private static final Logger LOG = LoggerFactory.getLogger(FollowingSources.class);

    private final Sources sources;

    public FollowingSources(Sources sources) {
        this.sources = sources;
    }

    @Override
    public List<Following> following(SourceName repository) {
        return sources.states().stream()
                .filter(state -> hostedBy(state).equals(Optional.of(repository)))
                .flatMap(state -> following(state).stream())
                .toList();
    }

    @Override
    public void pushed(SourceName repository) {
        for (Following one : following(repository)) {
            try {
                sources.sync(one.source());
            } catch (SourceException e) {
                // The push stands; the watcher comes round to it
                sources.poke(one.source());
                LOG.atWarn()
                        .addKeyValue("source", one.source())
                        .addKeyValue("reason", e.reason().word())
                        .log("a pushed source could not be looked at at once");
            }
        }
    }

    private static Optional<SourceName> hostedBy(SourceState state) {
        return switch (state.spec()) {
            case SourceSpec.Git git -> Mirrors.hostedName(git.url());
            case SourceSpec.Svn _ -> Optional.empty();
        };
    }

    private static Optional<Following> following(SourceState state) {
        return switch (state.spec()) {
            case SourceSpec.Git git -> {
                try {
                    yield Optional.of(new Following(state.source(), WantedRef.of(git.ref(), git.pick())));
                } catch (SourceException _) {
                    // Its state says what is wrong with the spec
                    yield Optional.empty();
                }
            }
            case SourceSpec.Svn _ -> Optional.empty();
        };
    }
}

package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.WantedRef;
import java.util.List;

/** Which sources read from the hosted repositories. */
public interface HostedSources {

    /** A source and the ref of the repository that it follows. */
    record Following(SourceName source, WantedRef ref) {}

    List<Following> following(SourceName repository);

    /** Has the sources that follow {@code repository} look at it now; returns when they have. */
    void pushed(SourceName repository);
}

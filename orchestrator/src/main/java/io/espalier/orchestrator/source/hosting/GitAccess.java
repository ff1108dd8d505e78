package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.SourceName;
import java.util.Optional;

/** Who may use the hosted repositories. Whoever signs in may read them. */
public interface GitAccess {

    /**
     * The user that a name and its password, or a token under any name, belong to; empty if they are wrong. Called for
     * each request, so a slow hash belongs behind a short-lived cache.
     */
    Optional<String> userFor(String name, String secretOrToken);

    boolean mayPush(String user, SourceName repository);
}

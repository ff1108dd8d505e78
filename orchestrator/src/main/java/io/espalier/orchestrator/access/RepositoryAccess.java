package io.espalier.orchestrator.access;

import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.hosting.GitAccess;
import java.util.Optional;

/**
 * Tells the git server who it talks to. The chain before it has checked name, secret and rights already, a token's own
 * rights among them; this asks again for the name only.
 */
final class RepositoryAccess implements GitAccess {

    private final SignIns signIns;
    private final Users users;

    RepositoryAccess(SignIns signIns, Users users) {
        this.signIns = signIns;
        this.users = users;
    }

    @Override
    public Optional<String> userFor(String name, String secretOrToken) {
        return signIns.byBasic(name, secretOrToken, "").map(Caller::user);
    }

    @Override
    public boolean mayPush(String user, SourceName repository) {
        return users.login(user)
                .map(login -> login.user().rights().contains(Right.PUSH))
                .orElse(false);
    }
}

package io.espalier.orchestrator.access;

import java.util.Optional;
import java.util.Set;

/**
 * Who stands behind a request.
 *
 * @param user the user's name
 * @param via the label of the token that was used; empty for a person who signed in
 * @param rights of the token or of the user, with all that they bring along
 */
public record Caller(String user, String via, Set<Right> rights) {

    /** Before the id of a worker; no user's name may have a colon. */
    static final String AGENT = "agent:";

    public Caller {
        rights = Right.expanded(rights);
    }

    public boolean may(Right right) {
        return rights.contains(right);
    }

    /** Whose agent this is; empty for people and programs. */
    public Optional<String> agent() {
        return user.startsWith(AGENT) ? Optional.of(user.substring(AGENT.length())) : Optional.empty();
    }

    /** For the audit trail: {@code ann}, {@code ann (token ci)}. */
    public String text() {
        return via.isEmpty() ? user : user + " (token " + via + ")";
    }
}

package io.espalier.orchestrator.access;

import java.util.Optional;
import org.springframework.security.core.context.SecurityContextHolder;

/** Who stands behind the request of this thread. */
public final class CurrentCaller {

    private CurrentCaller() {}

    public static Optional<Caller> find() {
        return SecurityContextHolder.getContext().getAuthentication() instanceof CallerAuthentication signedIn
                ? Optional.of(signedIn.caller())
                : Optional.empty();
    }

    /** @throws IllegalStateException on a URL that needs no sign-in */
    public static Caller get() {
        return find().orElseThrow(() -> new IllegalStateException("nobody is signed in here"));
    }
}

package io.espalier.orchestrator.source.git;

import io.espalier.protocol.Reason;
import java.io.IOException;

/** A transfer went over one of its {@link PackLimits}. */
final class PackRefused extends IOException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    PackRefused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}

package io.espalier.orchestrator.plan;

import io.espalier.protocol.Reason;

/** Why a host could not be asked what it holds: the word to search for, and a sentence for a person. */
public record Unreachable(Reason reason, String detail) {

    @Override
    public String toString() {
        return reason.word() + ": " + detail;
    }
}

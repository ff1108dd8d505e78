package io.espalier.agent.apply;

import io.espalier.protocol.wire.ApplyOutcome;

/** What became of a manifest that asked to be applied. */
public sealed interface Admission {

    /** It may be applied; the ticket must be closed. */
    record Admitted(Ticket ticket) implements Admission {}

    record Turned(ApplyOutcome.Rejected outcome) implements Admission {}
}

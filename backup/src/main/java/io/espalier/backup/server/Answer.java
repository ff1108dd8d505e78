package io.espalier.backup.server;

import io.espalier.backup.repository.Receipt;
import io.espalier.backup.transport.Refusal;

/** What the intake says to an offer or a piece. */
public sealed interface Answer {
    /** It is there, durably, and was read back. */
    record Have(Receipt receipt) implements Answer {}

    /** Go on from this byte. */
    record Need(long offset) implements Answer {}

    record Refused(Refusal refusal, String detail) implements Answer {}
}

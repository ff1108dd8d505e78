package io.espalier.protocol.wire;

/** The steps of an apply, in their order. */
public enum ApplyStep {
    /** Everything that is needed is on the host's disk, beside the live files, and its digests are right. */
    STAGED,
    /** Packages, accounts are there. */
    PREPARED,
    /** Every unit's {@code validate} agreed with the staged files. */
    VALIDATED,
    /** All files are in place and durable. From here on, failure means going back. */
    SWITCHED,
    /** The reloads of the units that changed have run; the detail names them. */
    RELOADED,
    /** Every health check was answered well. */
    HEALTHY,
    /** Confirmed, or no confirmation was asked for: this is what the host holds. */
    COMMITTED,
    /** The previous files are back and reloaded. */
    ROLLED_BACK
}

package io.espalier.orchestrator.rollout;

import io.espalier.protocol.Reason;

/** Whose fault it is that a host did not take a release. */
enum Trouble {
    /** The way to the host or the host itself; the release is not to blame and the rollout goes on without it. */
    HOST,
    /** The release; counts against the failure budget. */
    RELEASE,
    /** The host holds something else than what was planned from. */
    MOVED,
    /** The number that was sent is too old. */
    NUMBER,
    /** The agent is at something else. */
    BUSY;

    static Trouble of(Reason reason) {
        return switch (reason) {
            case UNREACHABLE,
                    HOST_KEY_UNKNOWN,
                    HOST_KEY_CHANGED,
                    CERTIFICATE_REFUSED,
                    AUTH_FAILED,
                    AGENT_DOWN,
                    TIMED_OUT,
                    NOT_ENROLLED,
                    WRONG_CLOCK,
                    WRONG_HOST,
                    PROTOCOL_MISMATCH,
                    SIGNATURE_INVALID,
                    DISK_FULL,
                    READ_ONLY,
                    IO_ERROR,
                    BLOB_MISMATCH,
                    INTERRUPTED,
                    ABORTED,
                    SUPERSEDED,
                    NO_SUCH_JOB,
                    INTERNAL -> HOST;
            case MALFORMED,
                    TOO_LARGE,
                    PATH_REFUSED,
                    PACKAGES_FAILED,
                    ACCOUNTS_FAILED,
                    SYSCTL_FAILED,
                    VALIDATE_FAILED,
                    CHECK_FAILED,
                    RELOAD_FAILED,
                    UNHEALTHY,
                    NOT_CONFIRMED,
                    QUARANTINED,
                    INVALID_REVISION,
                    RENDER_FAILED,
                    RENDER_SHRUNK,
                    TOO_MANY_FAILURES,
                    FETCH_FAILED -> RELEASE;
            case HOST_MOVED -> MOVED;
            case NUMBER_TOO_OLD -> NUMBER;
            case BUSY -> BUSY;
        };
    }

    /** Whether the host cannot be spoken to: it is due as soon as it answers. */
    static boolean isAway(Reason reason) {
        return switch (reason) {
            case UNREACHABLE, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, AUTH_FAILED, AGENT_DOWN, TIMED_OUT -> true;
            default -> false;
        };
    }
}

package io.espalier.protocol;

import java.util.Locale;

/**
 * Why something was refused, failed or was taken back. The same word stands in the API, logs, pages and docs
 * ({@link #word()}), so that it can be searched for everywhere.
 */
public enum Reason {
    // refused before anything was touched
    SIGNATURE_INVALID,
    NUMBER_TOO_OLD,
    WRONG_HOST,
    PATH_REFUSED,
    PROTOCOL_MISMATCH,
    MALFORMED,
    TOO_LARGE,
    BUSY,
    HOST_MOVED,
    QUARANTINED,
    NO_SUCH_JOB,
    // the host could not take it
    DISK_FULL,
    READ_ONLY,
    BLOB_MISMATCH,
    IO_ERROR,
    PACKAGES_FAILED,
    ACCOUNTS_FAILED,
    SYSCTL_FAILED,
    VALIDATE_FAILED,
    // taken back after the switch
    CHECK_FAILED,
    RELOAD_FAILED,
    UNHEALTHY,
    NOT_CONFIRMED,
    INTERRUPTED,
    // the way to the host
    UNREACHABLE,
    HOST_KEY_UNKNOWN,
    HOST_KEY_CHANGED,
    CERTIFICATE_REFUSED,
    AUTH_FAILED,
    AGENT_DOWN,
    TIMED_OUT,
    NOT_ENROLLED,
    WRONG_CLOCK,
    // a revision or a rollout
    INVALID_REVISION,
    RENDER_FAILED,
    RENDER_SHRUNK,
    SUPERSEDED,
    ABORTED,
    TOO_MANY_FAILURES,
    FETCH_FAILED,
    INTERNAL;

    /** As written in JSON, logs and docs: {@code number-too-old}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Reason parse(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}

package io.espalier.orchestrator.source;

import io.espalier.protocol.Reason;
import java.util.Optional;

/** How one look at a source ended, and therefore when the next one is due. */
public sealed interface Outcome {

    /** The source was read; everybody who asked to be told knows its revision. */
    record Settled() implements Outcome {}

    /** Resolves by itself: the remote is down or slow, or it was not looked at yet. */
    record Waiting(Reason reason, String detail) implements Outcome {}

    /** Needs a person: a sign-in, a host key, a ref that is not there, a repository that is too large. */
    record Stalled(Reason reason, String detail) implements Outcome {}

    /** Went wrong unexpectedly; tried again with backoff. */
    record Failed(Reason reason, String detail) implements Outcome {}

    /** {@code settled}, {@code waiting}, {@code stalled} or {@code failed}. */
    default String word() {
        return switch (this) {
            case Settled _ -> "settled";
            case Waiting _ -> "waiting";
            case Stalled _ -> "stalled";
            case Failed _ -> "failed";
        };
    }

    /** Empty where all is well. */
    default Optional<Reason> why() {
        return switch (this) {
            case Settled _ -> Optional.empty();
            case Waiting waiting -> Optional.of(waiting.reason());
            case Stalled stalled -> Optional.of(stalled.reason());
            case Failed failed -> Optional.of(failed.reason());
        };
    }

    /** What went wrong, in words; empty where all is well. */
    default String text() {
        return switch (this) {
            case Settled _ -> "";
            case Waiting waiting -> waiting.detail();
            case Stalled stalled -> stalled.detail();
            case Failed failed -> failed.detail();
        };
    }

    static Outcome of(SourceException e) {
        String detail = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case UNREACHABLE, TIMED_OUT, BUSY -> new Waiting(e.reason(), detail);
            case AUTH_FAILED,
                    HOST_KEY_UNKNOWN,
                    HOST_KEY_CHANGED,
                    CERTIFICATE_REFUSED,
                    TOO_LARGE,
                    MALFORMED,
                    INVALID_REVISION -> new Stalled(e.reason(), detail);
            default -> new Failed(e.reason(), detail);
        };
    }
}

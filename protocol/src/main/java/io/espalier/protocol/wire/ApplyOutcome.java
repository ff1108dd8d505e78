package io.espalier.protocol.wire;

import io.espalier.protocol.Reason;
import java.util.List;

/** How an apply ended. */
public sealed interface ApplyOutcome {

    /** The host held all of it before; nothing was touched or reloaded. */
    record Unchanged() implements ApplyOutcome {}

    /**
     * The host holds the new release.
     *
     * @param changed how many paths were written, changed or removed
     * @param reloaded the units whose reload ran
     * @param awaitingConfirm it goes back by itself unless it is confirmed over a fresh connection
     * @param tookMillis from manifest to health, without waiting for blobs
     */
    record Applied(int changed, List<String> reloaded, boolean awaitingConfirm, long tookMillis)
            implements ApplyOutcome {
        public Applied {
            reloaded = List.copyOf(reloaded);
        }
    }

    /** Nothing was changed. */
    record Rejected(Reason reason, String detail) implements ApplyOutcome {}

    /**
     * The switch was made and taken back.
     *
     * @param clean whether the old release passed its checks again afterwards; if not, a person must look
     */
    record RolledBack(Reason reason, String detail, boolean clean) implements ApplyOutcome {}
}

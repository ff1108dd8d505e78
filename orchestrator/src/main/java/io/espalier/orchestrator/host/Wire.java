package io.espalier.orchestrator.host;

import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** The two directions to an agent's socket, whatever lies between. */
public interface Wire extends AutoCloseable {

    InputStream in();

    OutputStream out();

    /** False once either side has ended it. Asks nobody; to be called between conversations only. */
    boolean isOpen();

    /**
     * What it means that this wire broke: is it the agent that went away, or the way to it?
     *
     * @param cause what reading or writing threw; empty if reading came to the end
     */
    Break whyBroken(Optional<IOException> cause);

    /**
     * Why nothing more comes.
     *
     * @param detail for people
     */
    record Break(Reason reason, String detail) {}

    /**
     * Ends it at once and wakes whoever reads from it or writes to it. Never blocks; may be called from any thread.
     *
     * @param last the reader or writer did not wake from an earlier call: spare nothing
     */
    void abort(boolean last);

    /** Ends it in good order. Does not throw. */
    @Override
    void close();
}

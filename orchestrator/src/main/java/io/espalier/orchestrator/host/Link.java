package io.espalier.orchestrator.host;

import io.espalier.protocol.Digest;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.ApplyStep;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.SignedOrder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A conversation with one host's agent. Every call waits for its answer, for a bounded time, and costs one round trip
 * unless it says otherwise.
 *
 * <p>All calls throw {@link LinkException}; after one, the link is closed and another must be asked for.
 */
public interface Link extends AutoCloseable {

    Message.Status status();

    Message.Observed observe(List<String> paths, List<String> purged);

    /**
     * Sends a release and follows its apply to the end. Two round trips and the transfer.
     *
     * @param expected see {@link Message.Apply}
     * @param blobs asked for the bytes of what the agent lacks
     */
    ApplyOutcome apply(SignedManifest manifest, Optional<Digest> expected, Blobs blobs, Follower follower);

    /** Keeps manifest {@code number}; to be called on a link that was opened after the switch. */
    ApplyOutcome confirm(long number);

    List<DriftedPath> drift();

    /**
     * The status and what the agent has to report. See {@link Message.Collect}.
     *
     * @param taken up to which number reports of {@code spool} were taken in for good
     */
    Message.Reports collect(String spool, long taken);

    /** Starts a job now. @return its full name */
    String runJob(String job);

    byte[] readFile(String path);

    /**
     * Has a backup, or a restore, carried out and answers what the host asks meanwhile. Lasts as long as it takes; a host
     * that is silent for three minutes is given up.
     *
     * @param signer signs the order for the nonce that it is given
     * @return how it ended, in the backup module's form
     */
    byte[] order(Function<byte[], SignedOrder> signer, Replies replies);

    /** Answers calls. */
    @FunctionalInterface
    interface Replies {
        /** @throws IOException if it is no call: the host is not spoken to further */
        byte[] reply(byte[] call) throws IOException;
    }

    @Override
    void close();

    /** Gives the bytes of a blob by its digest. */
    @FunctionalInterface
    interface Blobs {
        byte[] read(Digest digest);
    }

    /** Is told each step of an apply as it happens. */
    @FunctionalInterface
    interface Follower {
        void step(ApplyStep step, String detail);
    }
}

package io.espalier.protocol.wire;

import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.codec.Writer;
import io.espalier.protocol.release.SignedManifest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What orchestrator and agent say to each other. The orchestrator speaks first and does not wait for the answer to
 * {@link Hello} before its first request, so that a status costs one round trip and an apply two:
 *
 * <pre>
 * orchestrator                              agent
 * Hello                                 ->
 * GetStatus                             ->
 *                                       <-  Welcome
 *                                       <-  Status
 * Collect(taken so far)                 ->
 *                                       <-  Reports(status, batch)
 * Observe                               ->
 *                                       <-  Observed
 * Apply(signed manifest)                ->
 *                                       <-  Missing(digests, in the order in which they are wanted)
 * Blobs ... Blobs(last)                 ->      one zstd stream of the blobs' bytes, one after another
 *                                       <-  Progress ... Progress
 *                                       <-  Finished(outcome)
 * PrepareBackup                         ->
 *                                       <-  BackupChallenge(nonce)
 * RunBackup(signed order)               ->
 *                                       <-  BackupCall        } as often as
 * BackupReply                           ->                    } the host needs
 *                                       <-  BackupEnded
 * </pre>
 *
 * then, over a fresh connection, {@code Hello, Confirm} answered by {@code Welcome, Finished}. A request that the agent
 * does not serve is answered by {@link Refused} and leaves the stream usable unless the reason is {@code malformed}.
 */
public sealed interface Message {

    /** Of this protocol. An agent serves just its own version. */
    int PROTOCOL = 2;

    // ---- orchestrator to agent ----

    record Hello(int protocol, String peer) implements Message {}

    record GetStatus() implements Message {}

    /**
     * Asks what is really on disk.
     *
     * @param paths of the release wanted; the agent adds those of the release it holds
     * @param purged folders of the release wanted whose other files are to be told too
     */
    record Observe(List<String> paths, List<String> purged) implements Message {
        public Observe {
            paths = List.copyOf(paths);
            purged = List.copyOf(purged);
        }
    }

    /**
     * @param manifest what to apply
     * @param expected the {@link Observed#digest()} that the plan was made from; if the host moved since, nothing is
     *     applied. Empty: apply to whatever is there
     */
    record Apply(SignedManifest manifest, Optional<Digest> expected) implements Message {}

    /** A piece of the zstd stream with the blobs asked for, and whether it is the last. */
    @SuppressWarnings("ArrayRecordComponent") // sent and forgotten: copying every piece would only cost time
    record Blobs(byte[] piece, boolean last) implements Message {
        /** The most bytes of one piece. */
        public static final int MAX_PIECE = 256 << 10;
    }

    /** The connection over which this comes is proof that the host can still be reached: keep manifest {@code number}. */
    record Confirm(long number) implements Message {}

    /** Asks for the bytes of a file that the current release holds and that is no secret, for a diff. */
    record ReadFile(String path) implements Message {}

    /** Asks what differs from the release, looked at just now. */
    record GetDrift() implements Message {}

    /**
     * Asks for the status and for what the agent has to report, in one round trip.
     *
     * @param spool the {@link Reports#spool()} that {@code taken} is of; empty on a first question
     * @param taken the {@link Reports#last()} up to which reports were taken in for good and may be forgotten; 0: none
     */
    record Collect(String spool, long taken) implements Message {}

    /**
     * Runs a job now, whatever its schedule says. Answered by {@link Started} at once; how it ended is reported.
     *
     * @param job {@code UNIT/NAME}, or the name alone where it is the only one of its name
     */
    record RunJob(String job) implements Message {}

    /** Asks for the challenge that the next {@link RunBackup} of this conversation is to be signed with. */
    record PrepareBackup() implements Message {}

    /** Has a backup, or a restore, carried out: {@link BackupCall}s follow until {@link BackupEnded}. */
    record RunBackup(SignedOrder order) implements Message {}

    /** The reply to a {@link BackupCall}; its form is the backup module's. */
    @SuppressWarnings("ArrayRecordComponent") // sent and forgotten
    record BackupReply(byte[] reply) implements Message {}

    // ---- agent to orchestrator ----

    record Welcome(int protocol, Auid auid, String agentVersion) implements Message {}

    /**
     * @param current the release that the host holds; empty on a host that never had one
     * @param number of the last manifest that this agent accepted; 0 if none
     * @param awaitingConfirm whether manifest {@code number} goes back by itself unless confirmed
     * @param last how the last apply ended, so that a restarted orchestrator learns what it missed
     * @param drifted how many paths differ from the release, by the last look
     * @param clock of the host
     * @param startedAt of the agent
     * @param facts about the machine
     */
    record Status(
            Optional<ReleaseId> current,
            long number,
            boolean awaitingConfirm,
            Optional<LastApply> last,
            int drifted,
            Instant clock,
            Instant startedAt,
            Facts facts)
            implements Message {}

    /** Sorted by path; a path that does not exist is left out. */
    record Observed(Optional<ReleaseId> current, List<ObservedFile> files) implements Message {
        public Observed {
            files = List.copyOf(files);
        }

        /** Over the byte form of {@link #files()}: what a plan was made from. */
        public Digest digest() {
            var out = new Writer();
            out.list(files, MessageFormat::write);
            return Digest.of(out.toBytes());
        }
    }

    /** The blobs that the agent lacks, in the order in which it wants them; empty means that none need be sent. */
    record Missing(List<Digest> blobs) implements Message {
        public Missing {
            blobs = List.copyOf(blobs);
        }
    }

    record Progress(ApplyStep step, String detail) implements Message {}

    record Finished(ApplyOutcome outcome) implements Message {}

    @SuppressWarnings("ArrayRecordComponent")
    record FileContent(byte[] content) implements Message {}

    record Drift(List<DriftedPath> paths) implements Message {
        public Drift {
            paths = List.copyOf(paths);
        }
    }

    /**
     * @param status as for {@link GetStatus}
     * @param spool names the row of numbers; another one after the agent lost its reports
     * @param last the number of the last report in {@code batch}; what was taken so far if there is none
     * @param waiting how many more reports there are
     * @param dropped how many were lost since the agent's installation because nobody took them in time
     * @param batch {@link ReportBatch#encode}, compressed by zstd; empty if there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // sent and forgotten
    record Reports(Status status, String spool, long last, long waiting, long dropped, byte[] batch)
            implements Message {}

    /**
     * The job runs.
     *
     * @param job its full name
     */
    record Started(String job) implements Message {}

    /** @param nonce good for one order */
    @SuppressWarnings("ArrayRecordComponent") // sent and forgotten
    record BackupChallenge(byte[] nonce) implements Message {}

    /** What the host needs to go on with an order; one at a time, and its form is the backup module's. */
    @SuppressWarnings("ArrayRecordComponent") // sent and forgotten
    record BackupCall(byte[] call) implements Message {}

    /** How an order ended; its form is the backup module's. */
    @SuppressWarnings("ArrayRecordComponent") // sent and forgotten
    record BackupEnded(byte[] ended) implements Message {}

    /** The request was not served and nothing was changed by it. */
    record Refused(Reason reason, String detail) implements Message {}
}

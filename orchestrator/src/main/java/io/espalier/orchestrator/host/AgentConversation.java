package io.espalier.orchestrator.host;

import com.github.luben.zstd.ZstdOutputStream;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.protocol.wire.Frames;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.SignedOrder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The orchestrator's side of the framed protocol over one {@link Wire}; see {@link Message} for who says what when.
 *
 * <p>Sends its hello together with the first question, so that a new conversation costs no round trip of its own. For
 * one thread at a time.
 */
public final class AgentConversation implements Link {

    private static final String PEER = "espalier-orchestrator";

    /** A fast level: on a LAN more effort costs more than it saves. */
    private static final int ZSTD_LEVEL = 3;

    private final Host host;
    private final Wire wire;
    private final Frames frames;
    private final Greeter greeter;
    private final LinkLimits limits;
    private final Watchdog watchdog;
    private final Traffic traffic;
    private boolean helloSent;
    private boolean welcomed;
    private boolean usable = true;

    public AgentConversation(
            Host host, Wire wire, Greeter greeter, LinkLimits limits, Watchdog watchdog, Traffic traffic) {
        this.host = host;
        this.wire = wire;
        this.frames = new Frames(wire.in(), wire.out());
        this.greeter = greeter;
        this.limits = limits;
        this.watchdog = watchdog;
        this.traffic = traffic;
    }

    @Override
    public Message.Status status() {
        return ask(new Message.GetStatus(), Message.Status.class, limits.answer());
    }

    @Override
    public Message.Observed observe(List<String> paths, List<String> purged) {
        return ask(new Message.Observe(paths, purged), Message.Observed.class, limits.look());
    }

    @Override
    public List<DriftedPath> drift() {
        return ask(new Message.GetDrift(), Message.Drift.class, limits.look()).paths();
    }

    @Override
    public Message.Reports collect(String spool, long taken) {
        return ask(new Message.Collect(spool, taken), Message.Reports.class, limits.answer());
    }

    @Override
    public String runJob(String job) {
        return ask(new Message.RunJob(job), Message.Started.class, limits.answer())
                .job();
    }

    @Override
    public byte[] readFile(String path) {
        return ask(new Message.ReadFile(path), Message.FileContent.class, limits.look())
                .content();
    }

    @Override
    public ApplyOutcome confirm(long number) {
        return ask(new Message.Confirm(number), Message.Finished.class, limits.look())
                .outcome();
    }

    @Override
    public ApplyOutcome apply(SignedManifest manifest, Optional<Digest> expected, Blobs blobs, Follower follower) {
        send(new Message.Apply(manifest, expected), limits.look());
        traffic.roundTrip();
        Message answer = next(limits.look());
        while (answer instanceof Message.Progress(var step, var detail)) {
            follower.step(step, detail);
            answer = next(limits.step());
        }
        if (answer instanceof Message.Missing(var wanted) && !wanted.isEmpty()) {
            if (!sendBlobs(manifest, wanted, blobs)) {
                // The agent may have stopped listening because it has already said how this ends
                return outcomeOf(await(Message.Finished.class, limits.answer(), follower));
            }
            traffic.roundTrip();
        }
        return switch (answer) {
            case Message.Missing _ -> outcomeOf(await(Message.Finished.class, limits.step(), follower));
            case Message.Finished finished -> outcomeOf(finished);
            case Message.Refused refused -> outcomeOf(refused);
            default -> throw unexpected(answer);
        };
    }

    @Override
    public byte[] order(Function<byte[], SignedOrder> signer, Replies replies) {
        byte[] nonce = ask(new Message.PrepareBackup(), Message.BackupChallenge.class, limits.answer())
                .nonce();
        send(new Message.RunBackup(signer.apply(nonce)), limits.answer());
        traffic.roundTrip();
        while (true) {
            switch (next(LinkLimits.ORDER)) {
                case Message.BackupCall(var call) -> {
                    byte[] reply;
                    try {
                        reply = replies.reply(call);
                    } catch (IOException e) {
                        throw broken(Reason.MALFORMED, String.valueOf(e.getMessage()), e);
                    } catch (RuntimeException e) {
                        breakOff(); // the host waits for a reply that will not come
                        throw e;
                    }
                    send(new Message.BackupReply(reply), limits.answer());
                }
                case Message.BackupEnded(var ended) -> {
                    return ended;
                }
                case Message.Refused(var reason, var detail) -> throw broken(reason, "refused: " + detail, null);
                case Message other -> throw unexpected(other);
            }
        }
    }

    /** Whether another question may be asked: nothing failed, and neither side has ended it. */
    boolean isUsable() {
        return usable && wire.isOpen();
    }

    @Override
    public void close() {
        usable = false;
        wire.close();
    }

    private <T extends Message> T ask(Message question, Class<T> answer, Duration limit) {
        send(question, limits.answer());
        traffic.roundTrip();
        Message got = next(limit);
        if (answer.isInstance(got)) {
            return answer.cast(got);
        }
        if (got instanceof Message.Refused(var reason, var detail)) {
            throw broken(reason, "refused: " + detail, null);
        }
        throw unexpected(got);
    }

    private ApplyOutcome outcomeOf(Message end) {
        return switch (end) {
            case Message.Finished(var outcome) -> outcome;
            case Message.Refused(var reason, var detail) -> {
                usable &= reason != Reason.MALFORMED;
                yield new ApplyOutcome.Rejected(reason, detail);
            }
            default -> throw unexpected(end);
        };
    }

    private Message await(Class<? extends Message> end, Duration limit, Follower follower) {
        while (true) {
            Message got = next(limit);
            switch (got) {
                case Message.Progress(var step, var detail) -> follower.step(step, detail);
                case Message.Refused refused -> {
                    return refused;
                }
                default -> {
                    if (!end.isInstance(got)) {
                        throw unexpected(got);
                    }
                    return got;
                }
            }
        }
    }

    /** False if the agent did not take all of it. */
    private boolean sendBlobs(SignedManifest manifest, List<Digest> wanted, Blobs blobs) {
        refuseForeign(manifest, wanted);
        try (var pieces = new PieceStream(this::sendPiece);
                var zstd = new ZstdOutputStream(pieces, ZSTD_LEVEL)) {
            for (Digest digest : wanted) {
                byte[] content = readBlob(digest, blobs);
                zstd.write(content);
                traffic.blob(content.length);
            }
        } catch (IOException e) {
            return false;
        }
        return true;
    }

    private byte[] readBlob(Digest digest, Blobs blobs) {
        try {
            return blobs.read(digest);
        } catch (RuntimeException e) {
            breakOff(); // or closing the stream would pass for its end
            throw e;
        }
    }

    /** An agent gets what its own release holds, once, and nothing else that the orchestrator has. */
    private void refuseForeign(SignedManifest manifest, List<Digest> wanted) {
        Set<Digest> held = Manifest.decode(manifest.manifestBytes())
                .release()
                .files()
                .map(FileEntry::content)
                .collect(Collectors.toCollection(HashSet::new));
        for (Digest digest : wanted) {
            if (!held.remove(digest)) {
                throw broken(
                        Reason.MALFORMED,
                        "asks for blob " + digest.abbreviated() + ", which its release does not hold or it was given",
                        null);
            }
        }
    }

    private void sendPiece(byte[] piece, boolean last) throws IOException {
        try (var _ = watchdog.watch(limits.answer(), wire::abort)) {
            frames.send(new Message.Blobs(piece, last));
            traffic.sent(piece.length);
        }
    }

    private void send(Message message, Duration limit) {
        if (!usable) {
            throw new IllegalStateException(host.name() + ": link used after it was closed");
        }
        try (var watch = watchdog.watch(limit, wire::abort)) {
            try {
                if (!helloSent) {
                    helloSent = true;
                    frames.send(new Message.Hello(Message.PROTOCOL, PEER));
                }
                frames.send(message);
            } catch (IOException e) {
                throw lost(e, watch, limit);
            }
        }
    }

    private Message next(Duration limit) {
        if (!welcomed) {
            welcome(receive(limit));
        }
        return receive(limit);
    }

    private void welcome(Message first) {
        switch (first) {
            case Message.Welcome welcome
            when welcome.protocol() != Message.PROTOCOL ->
                throw broken(
                        Reason.PROTOCOL_MISMATCH,
                        "agent " + welcome.agentVersion() + " speaks protocol " + welcome.protocol() + " (expected: "
                                + Message.PROTOCOL + ")",
                        null);
            case Message.Welcome welcome -> {
                try {
                    greeter.welcome(host, welcome);
                } catch (LinkException e) {
                    breakOff();
                    throw e;
                }
                welcomed = true;
            }
            case Message.Refused(var reason, var detail) -> throw broken(reason, "refused: " + detail, null);
            default -> throw unexpected(first);
        }
    }

    private Message receive(Duration limit) {
        try (var watch = watchdog.watch(limit, wire::abort)) {
            try {
                return frames.receive().orElseThrow(() -> lost(null, watch, limit));
            } catch (IOException e) {
                throw lost(e, watch, limit);
            } catch (MalformedException e) {
                throw broken(Reason.MALFORMED, String.valueOf(e.getMessage()), e);
            }
        }
    }

    private LinkException lost(@Nullable IOException cause, Watchdog.Watch watch, Duration limit) {
        if (watch.hasExpired()) {
            return broken(Reason.TIMED_OUT, "no answer within " + limit.toSeconds() + " s", cause);
        }
        if (cause instanceof InterruptedIOException || cause instanceof ClosedByInterruptException) {
            return broken(Reason.ABORTED, "interrupted while waiting for the agent", cause);
        }
        Wire.Break broken = wire.whyBroken(Optional.ofNullable(cause));
        return broken(broken.reason(), broken.detail(), cause);
    }

    private LinkException unexpected(Message got) {
        return broken(Reason.MALFORMED, "unexpected " + got.getClass().getSimpleName() + " from the agent", null);
    }

    private LinkException broken(Reason reason, String message, @Nullable Exception cause) {
        breakOff();
        String text = host.name() + ": " + message;
        return cause == null ? new LinkException(reason, text) : new LinkException(reason, text, cause);
    }

    private void breakOff() {
        usable = false;
        wire.abort(false);
    }
}

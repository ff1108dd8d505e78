package io.espalier.agent.serve;

import io.espalier.agent.apply.Admission;
import io.espalier.agent.apply.Ticket;
import io.espalier.protocol.Reason;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.ApplyStep;
import io.espalier.protocol.wire.Frames;
import io.espalier.protocol.wire.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/** One conversation, from its first message to its end. Runs on a thread of its own. */
final class Session implements Runnable {

    private static final Duration FIRST_MESSAGE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_MESSAGES = Duration.ofMinutes(15);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final Requests requests;
    private final Conversation conversation;
    private final Frames frames;
    private final BackupRelay backups;
    private final long openedAt = System.nanoTime();
    private volatile long idleSince = System.nanoTime();
    private volatile boolean busy;
    private boolean peerIsGone;

    Session(SocketChannel channel, Deadlines deadlines, Requests requests, int maxFrame) {
        this.requests = requests;
        conversation = new Conversation(channel, deadlines, SILENCE);
        frames = new Frames(conversation.input(), conversation.output(), maxFrame);
        backups = new BackupRelay(requests.backups(), frames, conversation, deadlines);
    }

    @Override
    public void run() {
        try {
            greet();
            while (true) {
                conversation.expectMessage(BETWEEN_MESSAGES);
                Optional<Message> next = frames.receive();
                if (next.isEmpty()) {
                    return;
                }
                busy = true;
                answer(next.get());
                idleSince = System.nanoTime();
                busy = false;
            }
        } catch (MalformedException e) {
            refuse(Reason.MALFORMED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return; // the peer is gone, or was silent for too long
        } catch (OutOfMemoryError e) {
            refuse(Reason.TOO_LARGE, "this does not fit the agent's memory");
        } catch (RuntimeException e) {
            System.err.println("a conversation ended unexpectedly: " + e);
            refuse(Reason.INTERNAL, e.toString());
        } finally {
            conversation.close();
        }
    }

    /** When the last answer was given, by {@link System#nanoTime}; empty while one is being worked out. */
    Optional<Long> idleSince() {
        return busy ? Optional.empty() : Optional.of(idleSince);
    }

    void close() {
        conversation.close();
    }

    private void greet() throws IOException {
        conversation.expectMessage(FIRST_MESSAGE);
        Optional<Message> first = frames.receive();
        if (first.isEmpty()) {
            return;
        }
        if (!(first.get() instanceof Message.Hello(var protocol, var peer))) {
            throw new MalformedException("the first message is no Hello");
        }
        if (protocol != Message.PROTOCOL) {
            frames.send(new Message.Refused(
                    Reason.PROTOCOL_MISMATCH,
                    "protocol " + protocol + " (this agent speaks " + Message.PROTOCOL + ")"));
            throw new IOException("protocol mismatch");
        }
        frames.send(requests.welcome());
    }

    private void answer(Message message) throws IOException {
        try {
            switch (message) {
                case Message.GetStatus() -> frames.send(requests.status());
                case Message.Observe(var paths, var purged) -> frames.send(requests.observe(paths, purged));
                case Message.Apply apply -> apply(apply);
                case Message.Confirm(var number) -> frames.send(requests.confirm(number, openedAt));
                case Message.ReadFile(var path) -> frames.send(requests.readFile(path));
                case Message.GetDrift() -> frames.send(requests.drift());
                case Message.Collect(var spool, var taken) -> frames.send(requests.collect(spool, taken));
                case Message.RunJob(var job) -> frames.send(requests.runJob(job));
                case Message.PrepareBackup() -> backups.prepare();
                case Message.RunBackup(var order) -> backups.run(order);
                case Message.Hello _,
                        Message.Blobs _,
                        Message.BackupReply _,
                        Message.BackupChallenge _,
                        Message.BackupCall _,
                        Message.BackupEnded _,
                        Message.Welcome _,
                        Message.Status _,
                        Message.Observed _,
                        Message.Missing _,
                        Message.Progress _,
                        Message.Finished _,
                        Message.FileContent _,
                        Message.Drift _,
                        Message.Reports _,
                        Message.Started _,
                        Message.Refused _ -> throw new MalformedException("a message that nobody asked for");
            }
        } catch (io.espalier.agent.fs.FsException e) {
            frames.send(new Message.Refused(Reason.IO_ERROR, String.valueOf(e.getMessage())));
        }
    }

    private void apply(Message.Apply apply) throws IOException {
        switch (requests.admit(apply, openedAt)) {
            case Admission.Turned(var outcome) -> frames.send(new Message.Finished(outcome));
            case Admission.Admitted(var ticket) -> {
                try (ticket) {
                    frames.send(new Message.Missing(ticket.missing()));
                    ApplyOutcome outcome = receiveBlobs(ticket).orElseGet(() -> ticket.carryOut(this::progress));
                    if (!peerIsGone) {
                        frames.send(new Message.Finished(outcome));
                    }
                }
            }
        }
    }

    private Optional<ApplyOutcome> receiveBlobs(Ticket ticket) throws IOException {
        if (ticket.missing().isEmpty()) {
            return Optional.empty();
        }
        try (InputStream blobs = BlobStream.open(frames, ticket.missingBytes())) {
            return ticket.receive(blobs);
        }
    }

    /** An apply goes on when nobody follows it any more. */
    private void progress(ApplyStep step, String detail) {
        if (peerIsGone) {
            return;
        }
        try {
            frames.send(new Message.Progress(step, detail));
        } catch (IOException e) {
            peerIsGone = true;
        }
    }

    private void refuse(Reason reason, String detail) {
        try {
            frames.send(new Message.Refused(reason, detail));
        } catch (IOException e) {
            peerIsGone = true;
        }
    }
}

package io.espalier.agent.serve;

import io.espalier.agent.backup.BackupProcess;
import io.espalier.agent.backup.Backups;
import io.espalier.backup.link.Pipe;
import io.espalier.protocol.Reason;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.wire.Frames;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.SignedOrder;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;

/** Carries the calls of a backup's process to the orchestrator, and the replies back. For the thread of its session. */
final class BackupRelay {
    /** The process tells every two seconds how far it is. */
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final Backups backups;
    private final Frames frames;
    private final Conversation conversation;
    private final Deadlines deadlines;
    private byte[] nonce = {};

    BackupRelay(Backups backups, Frames frames, Conversation conversation, Deadlines deadlines) {
        this.backups = backups;
        this.frames = frames;
        this.conversation = conversation;
        this.deadlines = deadlines;
    }

    void prepare() throws IOException {
        nonce = backups.challenge();
        frames.send(new Message.BackupChallenge(nonce));
    }

    void run(SignedOrder order) throws IOException {
        byte[] mine = nonce;
        nonce = new byte[] {};
        if (!backups.isOrdered(order, mine)) {
            frames.send(new Message.Refused(
                    Reason.SIGNATURE_INVALID, "the order is not signed by the orchestrator of this agent, for now"));
            return;
        }
        Optional<BackupProcess> started = backups.start(order);
        if (started.isEmpty()) {
            frames.send(new Message.Refused(Reason.BUSY, "two backups are running on this host"));
            return;
        }
        try (BackupProcess process = started.get()) {
            relay(process);
        } finally {
            System.gc(); // with the launcher's flags, what the pieces took goes back to the kernel
        }
    }

    private void relay(BackupProcess process) throws IOException {
        while (true) {
            Pipe.Letter letter;
            Future<?> limit = deadlines.at(SILENCE, process::stop);
            try {
                letter = process.receive();
            } catch (IOException gone) {
                frames.send(new Message.Refused(Reason.INTERNAL, process.lastWords()));
                return;
            } finally {
                limit.cancel(false);
            }
            switch (letter.letter()) {
                case Pipe.CALL -> process.reply(asked(letter.bytes()));
                case Pipe.END -> {
                    frames.send(new Message.BackupEnded(letter.bytes()));
                    return;
                }
                default -> throw new IOException("the backup's process says what nobody knows");
            }
        }
    }

    private byte[] asked(byte[] call) throws IOException {
        frames.send(new Message.BackupCall(call));
        conversation.expectMessage(SILENCE);
        Message answer = frames.receive().orElseThrow(() -> new EOFException("the connection ended during a backup"));
        if (answer instanceof Message.BackupReply(var reply)) {
            return reply;
        }
        throw new MalformedException("the reply to a backup was expected");
    }
}

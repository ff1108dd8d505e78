package io.espalier.orchestrator.host;

import io.espalier.protocol.Digest;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.SignedOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** A conversation for as long as one caller needs it; closing gives it back instead of ending it. */
final class LentLink implements Link {

    private final AgentConversation conversation;
    private final Consumer<AgentConversation> returned;
    private boolean closed;

    LentLink(AgentConversation conversation, Consumer<AgentConversation> returned) {
        this.conversation = conversation;
        this.returned = returned;
    }

    @Override
    public Message.Status status() {
        return lent().status();
    }

    @Override
    public Message.Observed observe(List<String> paths, List<String> purged) {
        return lent().observe(paths, purged);
    }

    @Override
    public ApplyOutcome apply(SignedManifest manifest, Optional<Digest> expected, Blobs blobs, Follower follower) {
        return lent().apply(manifest, expected, blobs, follower);
    }

    @Override
    public ApplyOutcome confirm(long number) {
        return lent().confirm(number);
    }

    @Override
    public List<DriftedPath> drift() {
        return lent().drift();
    }

    @Override
    public Message.Reports collect(String spool, long taken) {
        return lent().collect(spool, taken);
    }

    @Override
    public String runJob(String job) {
        return lent().runJob(job);
    }

    @Override
    public byte[] readFile(String path) {
        return lent().readFile(path);
    }

    @Override
    public byte[] order(Function<byte[], SignedOrder> signer, Replies replies) {
        return lent().order(signer, replies);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            returned.accept(conversation);
        }
    }

    private AgentConversation lent() {
        if (closed) {
            throw new IllegalStateException("link used after it was closed");
        }
        return conversation;
    }
}

package io.espalier.orchestrator.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Conversations with one agent that nobody uses now and that are worth using again. */
public final class KeptConversations implements AutoCloseable {

    /** One for the watch and one for a rollout; more are opened when needed and closed after. */
    private static final int MOST = 2;

    private final Deque<AgentConversation> idle = new ArrayDeque<>();
    private int lent;
    private boolean closed;

    /** The one used last, if it can still be used. */
    public Optional<AgentConversation> take() {
        while (true) {
            AgentConversation conversation;
            synchronized (idle) {
                conversation = idle.pollFirst();
            }
            if (conversation == null) {
                return Optional.empty();
            }
            if (conversation.isUsable()) {
                return Optional.of(conversation);
            }
            conversation.close();
        }
    }

    /** A link whose closing brings the conversation back here. */
    public Link lend(AgentConversation conversation) {
        synchronized (idle) {
            lent++;
        }
        return new LentLink(conversation, this::giveBack);
    }

    /** Whether somebody has one now. */
    public boolean isInUse() {
        synchronized (idle) {
            return lent > 0;
        }
    }

    private void giveBack(AgentConversation conversation) {
        boolean usable = conversation.isUsable();
        synchronized (idle) {
            lent--;
            if (usable && !closed && idle.size() < MOST) {
                idle.addFirst(conversation);
                return;
            }
        }
        conversation.close();
    }

    @Override
    public void close() {
        Deque<AgentConversation> rest;
        synchronized (idle) {
            closed = true;
            rest = new ArrayDeque<>(idle);
            idle.clear();
        }
        rest.forEach(AgentConversation::close);
    }
}

package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.KeptConversations;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is kept for one host: its connection, the conversations on it, and what was learnt from failures. */
final class HostSlot {

    /** One connection and the reasons for which it is the right one. */
    record Kept(
            SshConnection connection, Host.SshAddress address, HostKeys.Trust trust, KeptConversations conversations) {

        boolean serves(Host host, HostKeys.Trust wanted) {
            return connection.isAlive() && address.equals(host.ssh()) && trust.equals(wanted);
        }

        void close() {
            conversations.close();
            connection.close();
        }
    }

    private final ReentrantLock connecting = new ReentrantLock();
    private final AgentDoor door;
    private final BackOff backOff;
    private final SshSettings settings;
    private volatile @Nullable Kept kept;
    private volatile Instant lastUsed = Instant.MIN;
    private @Nullable LinkException lastFailure;
    private Host.@Nullable SshAddress failedAddress;
    private HostKeys.@Nullable Trust failedTrust;

    HostSlot(AgentDoor door, BackOff backOff, SshSettings settings) {
        this.door = door;
        this.backOff = backOff;
        this.settings = settings;
    }

    AgentDoor door() {
        return door;
    }

    Instant lastUsed() {
        return lastUsed;
    }

    boolean isConnected() {
        Kept now = kept;
        return now != null && now.connection().isAlive();
    }

    /** Through which host the connection that is kept now runs. */
    Optional<HostName> jump() {
        Kept now = kept;
        return now == null ? Optional.empty() : now.address().jump();
    }

    boolean isInUse() {
        Kept now = kept;
        return now != null && now.conversations().isInUse();
    }

    /** The connection that is there, or else the one that {@code connect} makes; one thread makes it, the others wait. */
    Kept acquire(Host host, HostKeys.Trust trust, Instant now, Supplier<SshConnection> connect) {
        lastUsed = now;
        Kept there = kept;
        if (there != null && there.serves(host, trust)) {
            return there;
        }
        lock(host);
        try {
            there = kept;
            if (there != null) {
                if (there.serves(host, trust)) {
                    return there;
                }
                there.close();
                kept = null;
            }
            refuseDuringBackOff(host, trust);
            Kept made = new Kept(connectOnce(host, trust, connect), host.ssh(), trust, new KeptConversations());
            kept = made;
            return made;
        } finally {
            connecting.unlock();
        }
    }

    /** Closes what is kept; it is made anew when needed. */
    void drop() {
        Kept now = kept;
        kept = null;
        if (now != null) {
            now.close();
        }
    }

    private SshConnection connectOnce(Host host, HostKeys.Trust trust, Supplier<SshConnection> connect) {
        try {
            SshConnection connection = connect.get();
            backOff.succeeded();
            lastFailure = null;
            return connection;
        } catch (LinkException e) {
            backOff.failed();
            lastFailure = e;
            failedAddress = host.ssh();
            failedTrust = trust;
            throw e;
        }
    }

    /** A new address or a new pinned key deserves a new try at once. */
    private void refuseDuringBackOff(Host host, HostKeys.Trust trust) {
        LinkException last = lastFailure;
        if (last != null && host.ssh().equals(failedAddress) && trust.equals(failedTrust) && !backOff.isOver()) {
            throw new LinkException(last.reason(), String.valueOf(last.getMessage()), last);
        }
    }

    private void lock(Host host) {
        try {
            long limit =
                    settings.connectTimeout().plus(settings.handshakeTimeout()).toMillis();
            if (!connecting.tryLock(limit, TimeUnit.MILLISECONDS)) {
                throw new LinkException(Reason.TIMED_OUT, host.name() + ": still connecting");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LinkException(Reason.ABORTED, host.name() + ": interrupted before connecting", e);
        }
    }
}

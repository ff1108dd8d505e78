package io.espalier.agent.backup;

import io.espalier.protocol.Auid;
import io.espalier.protocol.wire.SignedOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Starts what signed orders ask for, two at a time, since each takes 160 MB of heap. Safe for all threads. */
public final class Backups {
    private static final int AT_ONCE = 2;
    private static final int NONCE = 32;

    private final Auid auid;
    private final PublicKey key;
    private final Path root;
    private final Path state;
    private final Semaphore free = new Semaphore(AT_ONCE);

    /**
     * @param key of the only orchestrator that is obeyed
     * @param root what stands for {@code /} on this host
     * @param state a folder for what must outlive a run
     */
    public Backups(Auid auid, PublicKey key, Path root, Path state) {
        this.auid = auid;
        this.key = key;
        this.root = root;
        this.state = state;
    }

    public byte[] challenge() {
        byte[] nonce = new byte[NONCE];
        new SecureRandom().nextBytes(nonce);
        return nonce;
    }

    /** Whether the orchestrator signed this order for this host, in answer to {@code nonce}. */
    public boolean isOrdered(SignedOrder order, byte[] nonce) {
        return nonce.length == NONCE && order.isFor(auid, nonce, key);
    }

    /** A process that carries the order out; empty: there are enough of them. */
    public Optional<BackupProcess> start(SignedOrder order) throws IOException {
        if (!free.tryAcquire()) {
            return Optional.empty();
        }
        try {
            return Optional.of(BackupProcess.start(order.orderBytes(), root, state, free::release));
        } catch (IOException | RuntimeException e) {
            free.release();
            throw e;
        }
    }
}

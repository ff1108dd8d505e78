package io.espalier.backup.server;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.Receipts;
import io.espalier.backup.transport.Refusal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes objects of hosts into a store. Idempotent by name: to offer or send again what is there gives its receipt again.
 * The order, which is the promise: put (which syncs), read back, sign. Safe for all threads.
 */
public final class Intake {
    /** A mark tells the garbage collection what may go: that is no right of a host. */
    private static final Set<ObjectName.Kind> OF_HOSTS = Set.of(
            ObjectName.Kind.PACK,
            ObjectName.Kind.INDEX,
            ObjectName.Kind.SNAPSHOT,
            ObjectName.Kind.KEY,
            ObjectName.Kind.PIN);

    private final Stores stores;
    private final Receipts.Signer signer;
    private final Limits limits;
    private final InstantSource clock;
    private final Map<Key, Partial> partials = new HashMap<>();
    private long held;

    /**
     * @param memory for all objects under way, in bytes
     * @param idle after which one that nobody goes on with may be dropped
     */
    public record Limits(long memory, Duration idle) {
        /** 256 MiB; two minutes. */
        public static final Limits USUAL = new Limits(256L << 20, Duration.ofMinutes(2));

        public Limits {
            if (memory < ObjectName.MAX_SIZE) {
                throw new IllegalArgumentException(
                        "memory: " + memory + " (expected: at least one object, " + ObjectName.MAX_SIZE + ")");
            }
        }
    }

    private record Key(Auid auid, ObjectName name, int size) {}

    /** An object under way; guarded by itself, but its reservation by the intake. */
    private static final class Partial {
        private final byte[] bytes;
        private int filled;
        private volatile Instant touched;

        Partial(int size, Instant now) {
            this.bytes = new byte[size];
            this.touched = now;
        }
    }

    /** All hosts into one store. */
    public Intake(ObjectStore store, Receipts.Signer signer, Limits limits, InstantSource clock) {
        this(auid -> store, signer, limits, clock);
    }

    public Intake(Stores stores, Receipts.Signer signer, Limits limits, InstantSource clock) {
        this.stores = stores;
        this.signer = signer;
        this.limits = limits;
        this.clock = clock;
    }

    /** Answers what a host asks of its store, as in {@link io.espalier.backup.transport.Ask}. */
    public byte[] lookUp(Auid auid, byte[] question) {
        return Lookups.answer(stores, auid, question);
    }

    /** Whether an object is needed, and from which byte on. The caller knows that it is this host. */
    public Answer offer(Auid auid, ObjectName name, long size) {
        Optional<Answer> known = known(auid, name, size);
        if (known.isPresent()) {
            return known.get();
        }
        Partial partial = partial(new Key(auid, name, (int) size));
        if (partial == null) {
            return new Answer.Refused(Refusal.BUSY, "no memory for one more object");
        }
        synchronized (partial) {
            return new Answer.Need(partial.filled);
        }
    }

    private Optional<Answer> known(Auid auid, ObjectName name, long size) {
        if (!OF_HOSTS.contains(name.kind())) {
            return Optional.of(new Answer.Refused(Refusal.NOT_ALLOWED, "hosts do not add a " + name.kind()));
        }
        if (size < 1 || size > ObjectName.MAX_SIZE) {
            return Optional.of(new Answer.Refused(
                    Refusal.NOT_ALLOWED, size + " bytes (expected: 1 to " + ObjectName.MAX_SIZE + ")"));
        }
        try {
            ObjectStore store = stores.of(auid);
            Optional<Long> there = store.size(name);
            return there.isPresent() ? Optional.of(confirm(store, name, size, there.get())) : Optional.empty();
        } catch (StoreException e) {
            return Optional.of(refused(e));
        }
    }

    /** For what is there already; whoever put it may not have come to its last sync, so it is put again. */
    private Answer confirm(ObjectStore store, ObjectName name, long size, long there) throws StoreException {
        if (there != size) {
            return new Answer.Refused(Refusal.DAMAGED, there + " bytes are under this name, not " + size);
        }
        store.put(name, ByteBuffer.wrap(store.get(name)));
        return new Answer.Have(signer.sign(name, size));
    }

    /**
     * Takes a piece.
     *
     * @param offset where it belongs; a piece that is there already changes nothing, one behind a gap is refused by
     *     telling where to go on
     */
    public Answer append(Auid auid, ObjectName name, long size, long offset, ByteBuffer piece) {
        if (!OF_HOSTS.contains(name.kind()) || size < 1 || size > ObjectName.MAX_SIZE) {
            return known(auid, name, size).orElseThrow();
        }
        var key = new Key(auid, name, (int) size);
        Partial partial = partial(key);
        if (partial == null) {
            return new Answer.Refused(Refusal.BUSY, "no memory for one more object");
        }
        synchronized (partial) {
            partial.touched = clock.instant();
            long end = offset + piece.remaining();
            if (offset >= 0 && offset <= partial.filled && end > partial.filled && end <= size) {
                ByteBuffer rest = piece.duplicate();
                rest.position(rest.position() + (int) (partial.filled - offset));
                rest.get(partial.bytes, partial.filled, (int) (end - partial.filled));
                partial.filled = (int) end;
            }
            if (partial.filled < size) {
                return new Answer.Need(partial.filled);
            }
            Answer answer = keep(auid, name, partial.bytes);
            release(key, partial);
            return answer;
        }
    }

    private Answer keep(Auid auid, ObjectName name, byte[] bytes) {
        ByteBuffer content = ByteBuffer.wrap(bytes);
        if (!name.names(content)) {
            return new Answer.Refused(Refusal.DAMAGED, "the bytes do not have this name");
        }
        try {
            ObjectStore store = stores.of(auid);
            store.put(name, content);
            byte[] back = store.get(name);
            if (back.length != bytes.length) {
                return new Answer.Refused(Refusal.DAMAGED, "the store gives back another length");
            }
            return new Answer.Have(signer.sign(name, bytes.length));
        } catch (StoreException e) {
            return refused(e);
        }
    }

    private static Answer refused(StoreException e) {
        Refusal refusal = switch (e.reason()) {
            case DAMAGED -> Refusal.DAMAGED;
            case FULL -> Refusal.FULL;
            case UNREACHABLE -> Refusal.BUSY;
            case NOT_FOUND, DENIED, FAILED -> Refusal.FAILED;
        };
        return new Answer.Refused(refusal, String.valueOf(e.getMessage()));
    }

    private synchronized @Nullable Partial partial(Key key) {
        Partial there = partials.get(key);
        if (there != null) {
            there.touched = clock.instant();
            return there;
        }
        if (held + key.size() > limits.memory()) {
            dropIdle();
            if (held + key.size() > limits.memory()) {
                return null;
            }
        }
        var fresh = new Partial(key.size(), clock.instant());
        partials.put(key, fresh);
        held += key.size();
        return fresh;
    }

    private synchronized void release(Key key, Partial partial) {
        if (partials.remove(key, partial)) {
            held -= key.size();
        }
    }

    private void dropIdle() {
        Instant border = clock.instant().minus(limits.idle());
        partials.entrySet().removeIf(entry -> {
            boolean idle = entry.getValue().touched.isBefore(border);
            held -= idle ? entry.getKey().size() : 0;
            return idle;
        });
    }

    /** Bytes of memory that objects under way hold. */
    public synchronized long held() {
        return held;
    }
}

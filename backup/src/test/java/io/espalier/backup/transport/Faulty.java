package io.espalier.backup.transport;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.StoreException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A store that lies or fails, in front of a real one. */
final class Faulty implements ObjectStore {
    enum How {
        /** Says that it keeps, and does not. */
        FORGETS,
        /** Says that it keeps, gives back from memory, and keeps only later: a cache in front of a disk. */
        KEEPS_LATER,
        IS_FULL
    }

    private final ObjectStore real;
    private final How how;
    private final Map<ObjectName, byte[]> memory = new ConcurrentHashMap<>();

    Faulty(ObjectStore real, How how) {
        this.real = real;
        this.how = how;
    }

    @Override
    public void put(ObjectName name, ByteBuffer content) throws StoreException {
        if (how == How.IS_FULL) {
            throw new StoreException(StoreException.Reason.FULL, "put " + name + ": no room");
        }
        if (how == How.KEEPS_LATER) {
            byte[] bytes = new byte[content.remaining()];
            content.duplicate().get(bytes);
            memory.put(name, bytes);
        }
    }

    @Override
    public void delete(ObjectName name) throws StoreException {
        real.delete(name);
    }

    @Override
    public byte[] get(ObjectName name) throws StoreException {
        byte[] held = memory.get(name);
        return held != null ? held : real.get(name);
    }

    @Override
    public byte[] range(ObjectName name, long offset, int length) throws StoreException {
        return real.range(name, offset, length);
    }

    @Override
    public Optional<Long> size(ObjectName name) throws StoreException {
        byte[] held = memory.get(name);
        return held != null ? Optional.of((long) held.length) : real.size(name);
    }

    @Override
    public List<ObjectName> list(ObjectName.Kind kind) throws StoreException {
        return real.list(kind);
    }
}

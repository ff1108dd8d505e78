package io.espalier.backup.transport;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectReader;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.repository.StoreException.Reason;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A host's own store, seen through a transport. Asks anew each time: what a host remembers of a store is never relied on. */
public final class RemoteReader implements ObjectReader {

    private final Asker asker;

    /** Carries one question and brings its answer, both as in {@link Ask}. Safe for all threads. */
    @FunctionalInterface
    public interface Asker {
        /** @throws StoreException if there is none, in spite of all patience */
        byte[] ask(byte[] question) throws StoreException, InterruptedException;
    }

    public RemoteReader(Asker asker) {
        this.asker = asker;
    }

    private byte[] ask(Ask question) throws StoreException {
        try {
            return Ask.open(asker.ask(question.encode()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(Reason.UNREACHABLE, "interrupted", new InterruptedIOException("interrupted"));
        }
    }

    @Override
    public byte[] get(ObjectName name) throws StoreException {
        long size = size(name).orElseThrow(() -> new StoreException(Reason.NOT_FOUND, "there is no " + name));
        if (size > ObjectName.MAX_SIZE) {
            throw new StoreException(Reason.DAMAGED, name + ": " + size + " bytes");
        }
        byte[] whole = range(name, 0, (int) size);
        if (!name.names(ByteBuffer.wrap(whole))) {
            throw new StoreException(Reason.DAMAGED, "get " + name + ": the bytes do not have that name");
        }
        return whole;
    }

    @Override
    public byte[] range(ObjectName name, long offset, int length) throws StoreException {
        byte[] whole = new byte[length];
        int filled = 0;
        while (filled < length) {
            int wanted = Math.min(Ask.PART, length - filled);
            byte[] part = ask(new Ask.Part(name, offset + filled, wanted));
            if (part.length != wanted) {
                throw new StoreException(Reason.DAMAGED, name + " ends before " + (offset + length));
            }
            System.arraycopy(part, 0, whole, filled, wanted);
            filled += wanted;
        }
        return whole;
    }

    @Override
    public Optional<Long> size(ObjectName name) throws StoreException {
        try {
            long size = new ByteReader(ask(new Ask.Size(name))).number();
            return size == 0 ? Optional.empty() : Optional.of(size - 1);
        } catch (FormatException e) {
            throw new StoreException(Reason.FAILED, "the size of " + name + " is none", e);
        }
    }

    @Override
    public List<ObjectName> list(Kind kind) throws StoreException {
        var all = new ArrayList<ObjectName>();
        while (true) {
            Optional<ObjectName> last = all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
            List<ObjectName> page;
            try {
                page = Ask.names(kind, ask(new Ask.Names(kind, last)));
            } catch (FormatException e) {
                throw new StoreException(Reason.FAILED, "names that are none", e);
            }
            if (page.size() > Ask.PAGE
                    || (last.isPresent() && !page.isEmpty() && page.getFirst().compareTo(last.get()) <= 0)) {
                throw new StoreException(Reason.FAILED, "names that come twice");
            }
            all.addAll(page);
            if (page.size() < Ask.PAGE) {
                return all;
            }
        }
    }
}

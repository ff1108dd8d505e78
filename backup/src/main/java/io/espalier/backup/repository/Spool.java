package io.espalier.backup.repository;

import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps each object on the client's disk until its keeper has said that it holds it, and tries again while the keeper is
 * out of reach. What a process that died leaves in the spool is handed over by the next one, with an index, so that it need
 * not be read and sealed again. Holds what is on its way: a few packs.
 */
public final class Spool implements ObjectSink {

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private final ObjectStore disk;
    private final ObjectSink next;
    private final ClientKey key;
    private final Duration patience;
    private final Pause pause;

    /** Waits. */
    @FunctionalInterface
    public interface Pause {
        void pause(Duration time) throws InterruptedException;
    }

    /**
     * @param disk where objects wait; for this client alone
     * @param patience how long one object is tried again, the pauses added up
     */
    public Spool(ObjectStore disk, ObjectSink next, ClientKey key, Duration patience, Pause pause) {
        this.disk = disk;
        this.next = next;
        this.key = key;
        this.patience = patience;
        this.pause = pause;
    }

    @Override
    public Receipt put(ObjectName name, ByteBuffer content) throws StoreException, InterruptedException {
        disk.put(name, content);
        Receipt receipt = handOver(name, content);
        disk.delete(name);
        return receipt;
    }

    private Receipt handOver(ObjectName name, ByteBuffer content) throws StoreException, InterruptedException {
        Duration waited = Duration.ZERO;
        Duration step = FIRST_PAUSE;
        while (true) {
            try {
                Receipt receipt = next.put(name, content.duplicate());
                if (!receipt.name().equals(name) || receipt.size() != content.remaining()) {
                    throw new StoreException(Reason.FAILED, "put " + name + ": the receipt is for something else");
                }
                return receipt;
            } catch (StoreException e) {
                if (e.reason() != Reason.UNREACHABLE || waited.plus(step).compareTo(patience) > 0) {
                    throw e;
                }
            }
            pause.pause(step);
            waited = waited.plus(step);
            step = step.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : step.multipliedBy(2);
        }
    }

    /**
     * Hands over what an earlier process left. A snapshot among it is dropped: its run has said that it failed, and the
     * next run makes one that is as good.
     *
     * @return how many packs were saved
     */
    public int resume() throws IOException, InterruptedException {
        var packs = new ArrayList<Index.Packed>();
        for (ObjectName name : disk.list(Kind.PACK)) {
            byte[] bytes;
            try {
                bytes = disk.get(name);
                if (PackFormat.isOf(bytes, key)) {
                    packs.add(new Index.Packed(name, bytes.length, PackFormat.table(bytes, key)));
                    handOver(name, ByteBuffer.wrap(bytes));
                }
            } catch (StoreException e) {
                if (e.reason() != Reason.DAMAGED) {
                    throw e;
                }
            }
        }
        if (!packs.isEmpty()) {
            byte[] index = new Index(packs, List.of()).seal(key); // after its packs
            handOver(ObjectName.of(Kind.INDEX, index), ByteBuffer.wrap(index));
        }
        for (Kind kind : Kind.values()) {
            for (ObjectName name : disk.list(kind)) {
                disk.delete(name);
            }
        }
        return packs.size();
    }
}

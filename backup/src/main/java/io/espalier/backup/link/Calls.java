package io.espalier.backup.link;

import io.espalier.backup.codec.FormatException;
import io.espalier.backup.link.Call.Taken;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.PackKeys;
import io.espalier.backup.repository.Receipt;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.repository.StoreException.Reason;
import io.espalier.backup.transport.Ask;
import io.espalier.backup.transport.Receipts;
import io.espalier.backup.transport.Refusal;
import io.espalier.backup.transport.RemoteReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/** The host's side of the calls. Safe for all threads; one call at a time, since the link has one conversation. */
public final class Calls implements RemoteReader.Asker, PackKeys.Opener {
    private static final int MOST_RESENDS = 3;

    private final Pipe pipe;
    private final ReentrantLock lock = new ReentrantLock();

    public Calls(Pipe pipe) {
        this.pipe = pipe;
    }

    private byte[] call(Call call) throws StoreException {
        lock.lock();
        try {
            pipe.send(Pipe.CALL, call.encode());
            Pipe.Letter reply = pipe.receive();
            if (reply.letter() != Pipe.REPLY) {
                throw new IOException("a reply was expected");
            }
            return reply.bytes();
        } catch (IOException e) {
            // Nothing can be asked any more, ever: the link is gone, and whoever holds the other end starts anew.
            throw new StoreException(Reason.FAILED, "the link to the orchestrator ended: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public byte[] ask(byte[] question) throws StoreException {
        return call(new Call.Look(question));
    }

    @Override
    public byte[] open(ObjectName pack) throws StoreException {
        return Ask.open(call(new Call.PackKey(pack)));
    }

    public void progress(long entries, long bytes, long added, String what) throws StoreException {
        call(new Call.Progress(entries, bytes, added, what.length() > 200 ? what.substring(0, 200) : what));
    }

    /** @param verifier of the pinned key: whoever sits in between makes no receipt */
    public ObjectSink sink(Receipts.Verifier verifier) {
        return (name, content) -> put(name, content, verifier);
    }

    private Receipt put(ObjectName name, ByteBuffer content, Receipts.Verifier verifier)
            throws StoreException, InterruptedException {
        int size = content.remaining();
        long at = 0;
        byte[] piece = {};
        int damaged = 0;
        while (true) {
            switch (taken(name, call(new Call.Put(name, size, at, piece)))) {
                case Taken.Have have -> {
                    return verifier.verify(have.receipt(), name, size)
                            .orElseThrow(() -> new StoreException(
                                    Reason.FAILED, "put " + name + ": a receipt that the pinned key did not sign"));
                }
                case Taken.Need need -> {
                    at = need.offset();
                    if (at < 0 || at >= size) {
                        throw new StoreException(Reason.FAILED, "put " + name + ": no such offset");
                    }
                    piece = new byte[(int) Math.min(Call.PIECE, size - at)];
                    content.duplicate().position(content.position() + (int) at).get(piece);
                }
                case Taken.Refused refused -> {
                    Reason reason = reason(refused.refusal());
                    if (reason == Reason.UNREACHABLE) {
                        Thread.sleep(1_000);
                    } else if (reason != Reason.DAMAGED || ++damaged >= MOST_RESENDS) {
                        throw new StoreException(
                                reason, "put " + name + ": " + refused.refusal() + ": " + refused.detail());
                    }
                    at = 0;
                    piece = new byte[] {};
                }
            }
        }
    }

    private static Taken taken(ObjectName name, byte[] reply) throws StoreException {
        try {
            return Taken.decode(reply);
        } catch (FormatException e) {
            throw new StoreException(Reason.FAILED, "put " + name + ": " + e.getMessage(), e);
        }
    }

    private static Reason reason(String refusal) {
        for (Refusal one : Refusal.values()) {
            if (one.name().equals(refusal)) {
                return one.reason();
            }
        }
        return Reason.FAILED;
    }
}

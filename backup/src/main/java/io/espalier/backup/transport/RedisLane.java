package io.espalier.backup.transport;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.Receipt;
import io.espalier.backup.repository.StoreException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.StreamEntryID;

/**
 * One object at a time through one session. Whatever is odd - silence, a gap, a refused write - ends the session; the next
 * try opens another and asks what the server lacks. So there is no state in Redis that would have to be mended.
 */
final class RedisLane {
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration LIFE = Duration.ofHours(24);
    private static final Duration FAREWELL = Duration.ofMinutes(1);
    private static final int RENEW_EVERY = 16;
    private static final int MOST_RESENDS = 3;

    private final RedisBus bus;
    private final RedisSink.Settings settings;
    private final Receipts.Verifier verifier;
    private final int stratum;
    private @Nullable Session session;
    private int opens;

    RedisLane(RedisBus bus, RedisSink.Settings settings, Receipts.Verifier verifier, int stratum) {
        this.bus = bus;
        this.settings = settings;
        this.verifier = verifier;
        this.stratum = stratum;
    }

    /** The session cannot go on. */
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;

        Broken(String message) {
            super(message);
        }
    }

    /** Our side of a session. */
    private final class Session {
        final String name;
        final HostKey key;
        final Queue<Frame> inbox = new ArrayDeque<>();
        StreamEntryID read = new StreamEntryID(0, 0);
        long upSequence;
        long downSequence;
        long credit;
        long sent;
        int objects;
        long heard = System.nanoTime();
        long used = System.nanoTime();

        Session(String name) {
            this.name = name;
            this.key = Keys.sessionKey(settings.key(), name);
        }

        void send(Frame frame) throws BusException {
            bus.add(Keys.up(name), frame.encode(upSequence));
            if (upSequence % RENEW_EVERY == 0) {
                bus.expire(Keys.up(name), LIFE);
            }
            upSequence++;
            used = System.nanoTime();
        }

        /** The next frame from the server; credits are taken on the way. Null if none came for {@code wait}. */
        @Nullable
        Frame receive(Duration wait) throws BusException, Broken {
            if (inbox.isEmpty()) {
                var entries = bus.read(Keys.down(name), read, 100, wait);
                for (RedisBus.Entry entry : entries) {
                    read = entry.id();
                    take(entry.bytes());
                }
                bus.delete(
                        Keys.down(name),
                        entries.stream().map(RedisBus.Entry::id).toList());
            }
            return inbox.poll();
        }

        private void take(ByteBuffer bytes) throws Broken {
            Frame.Numbered numbered = Frame.decode(bytes).orElseThrow(() -> new Broken("not a frame"));
            if (numbered.sequence() < downSequence) {
                return; // sent twice
            }
            if (numbered.sequence() > downSequence) {
                throw new Broken("a frame from the server is missing");
            }
            downSequence++;
            heard = System.nanoTime();
            switch (numbered.frame()) {
                case Frame.Credit given -> credit = Math.max(credit, given.credit());
                case Frame.Closed closed -> throw new Broken("closed by the server: " + closed.detail());
                case Frame.Working() -> {}
                default -> inbox.add(numbered.frame());
            }
        }

        void requireSound() throws Broken {
            if (System.nanoTime() - heard > settings.silence().toNanos()) {
                throw new Broken("no word from the server");
            }
        }
    }

    Receipt put(ObjectName name, ByteBuffer content) throws StoreException, InterruptedException {
        var patience = new Patience("put " + name, settings.patience());
        int damaged = 0;
        while (true) {
            String cause;
            try {
                return attempt(name, content, patience);
            } catch (BusException | Broken e) {
                cause = String.valueOf(e.getMessage());
            } catch (StoreException e) {
                if (e.reason() != StoreException.Reason.DAMAGED || ++damaged >= MOST_RESENDS) {
                    throw e;
                }
                cause = String.valueOf(e.getMessage());
            }
            drop();
            patience.rest(cause);
        }
    }

    /** An answer counts only with the server's proof, so that nothing in Redis can hide an object from us. */
    byte[] ask(byte[] question) throws StoreException, InterruptedException {
        var patience = new Patience("ask", settings.patience());
        while (true) {
            String cause;
            try {
                Session open = session();
                int number = open.objects++;
                open.heard = System.nanoTime();
                open.send(new Frame.Ask(
                        number,
                        ByteBuffer.wrap(open.key.prove(Keys.asked(number, question))),
                        ByteBuffer.wrap(question)));
                while (true) {
                    open.requireSound();
                    if (open.receive(LOOK) instanceof Frame.Told told && told.number() == number) {
                        byte[] answer = Frame.array(told.bytes());
                        if (!open.key.proves(Frame.array(told.proof()), Keys.told(number, answer))) {
                            throw new Broken("an answer without a proof");
                        }
                        return answer;
                    }
                }
            } catch (BusException | Broken e) {
                cause = String.valueOf(e.getMessage());
            }
            drop();
            patience.rest(cause);
        }
    }

    private Receipt attempt(ObjectName name, ByteBuffer content, Patience patience)
            throws BusException, Broken, StoreException, InterruptedException {
        Session open = session();
        int number = open.objects++;
        long size = content.remaining();
        open.heard = System.nanoTime();
        byte[] proof = open.key.prove(Keys.offered(number, name, size));
        open.send(new Frame.Offer(number, name, size, ByteBuffer.wrap(proof)));
        while (true) {
            open.requireSound();
            switch (open.receive(LOOK)) {
                case Frame.Have have
                when have.number() == number -> {
                    return verifier.verify(have.receipt(), name, size)
                            .orElseThrow(() -> new Broken("a receipt that the pinned key did not sign"));
                }
                case Frame.Need need
                when need.number() == number -> send(open, number, content, need.offset(), patience);
                case Frame.Refuse refuse
                when refuse.number() == number -> {
                    if (!refuse.refusal().isPassing()) {
                        throw refuse.refusal().exception(name, refuse.detail());
                    }
                    patience.rest("the server is busy");
                    open.send(new Frame.Offer(number, name, size, ByteBuffer.wrap(proof)));
                }
                case null, default -> {} // of an object that was given up
            }
        }
    }

    private void send(Session open, int number, ByteBuffer content, long from, Patience patience)
            throws BusException, Broken {
        long at = from;
        if (at < 0 || at > content.remaining()) {
            throw new Broken("the server wants what is not there");
        }
        while (at < content.remaining()) {
            int length = (int) Math.min(Frame.MAX_DATA, content.remaining() - at);
            awaitCredit(open, length);
            ByteBuffer piece = content.slice(content.position() + (int) at, length);
            open.send(new Frame.Data(number, at, piece));
            open.sent += length;
            at += length;
            patience.renew();
        }
        open.heard = System.nanoTime();
    }

    private void awaitCredit(Session open, int length) throws BusException, Broken {
        open.heard = System.nanoTime();
        while (open.sent + length > open.credit) {
            open.requireSound();
            Frame other = open.receive(LOOK);
            if (other != null) {
                open.inbox.add(other);
                throw new Broken("out of turn: " + other.getClass().getSimpleName());
            }
        }
    }

    /** The open session, or a new one. Announces it again and again, at most one announcement at a time. */
    private Session session() throws BusException, Broken {
        Session there = session;
        if (there != null && System.nanoTime() - there.used < settings.idle().toNanos()) {
            return there;
        }
        drop();
        var fresh = new Session(settings.auid() + ":" + uuid());
        session = fresh;
        String stream = Keys.open(Math.floorMod(settings.auid().hashCode() + stratum + opens++, Keys.OPENS));
        String uuid = fresh.name.substring(fresh.name.indexOf(':') + 1);
        StreamEntryID announced = bus.add(
                stream, Announcement.of(settings.auid(), uuid, settings.key()).encode());
        bus.expire(stream, LIFE);
        try {
            while (true) {
                fresh.requireSound();
                Frame answer = fresh.receive(LOOK);
                if (answer instanceof Frame.Opened opened) {
                    fresh.credit = opened.credit();
                    return fresh;
                }
            }
        } finally {
            bus.delete(stream, java.util.List.of(announced));
        }
    }

    /** Lanes start in different parts of the slots, and so on different masters. */
    private String uuid() {
        int part = 16_384 / settings.lanes();
        while (true) {
            String uuid = UUID.randomUUID().toString();
            int slot = RedisBus.slot(Keys.up(settings.auid() + ":" + uuid));
            if (Math.min(slot / part, settings.lanes() - 1) == stratum) {
                return uuid;
            }
        }
    }

    /** Ends the session, and takes away what it holds in Redis if that can be had now. */
    void drop() {
        Session there = session;
        session = null;
        if (there == null) {
            return;
        }
        try {
            String up = Keys.up(there.name);
            bus.unlink(Keys.down(there.name));
            bus.unlink(up);
            bus.add(up, new Frame.Bye().encode(there.upSequence));
            bus.expire(up, FAREWELL);
        } catch (BusException e) {
            // the server ends it when it hears nothing, and both keys have a time to live
        }
    }
}

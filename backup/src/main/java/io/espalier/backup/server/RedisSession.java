package io.espalier.backup.server;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.transport.Announcement;
import io.espalier.backup.transport.BusException;
import io.espalier.backup.transport.Frame;
import io.espalier.backup.transport.HostKey;
import io.espalier.backup.transport.Keys;
import io.espalier.backup.transport.Receipts;
import io.espalier.backup.transport.RedisBus;
import io.espalier.backup.transport.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.StreamEntryID;

/** The server's side of one session: reads frames in order, hands them to the intake, deletes them, gives credit. */
final class RedisSession {
    private static final Logger log = LoggerFactory.getLogger(RedisSession.class);
    private static final int AT_ONCE = 4;
    private static final Duration BLOCK = Duration.ofMillis(500);
    private static final Duration LIFE = Duration.ofHours(24);
    private static final Duration WORKING = Duration.ofSeconds(1);
    private static final int RENEW_EVERY = 64;

    private final RedisBus bus;
    private final Intake intake;
    private final HostKeys hosts;
    private final Announcement announcement;
    private final Credits.Window window;
    private final RedisServer.Settings settings;
    private final HostKey key;
    private final String up;
    private final String down;
    private volatile boolean isStopped;
    private volatile long heard = System.nanoTime();

    private StreamEntryID read = new StreamEntryID(0, 0);
    private long upSequence;
    private long downSequence;
    private long taken;
    private long credit;
    private @Nullable Offered offered;

    private record Offered(int number, ObjectName name, long size) {}

    RedisSession(
            RedisBus bus,
            Intake intake,
            HostKeys hosts,
            Announcement announcement,
            Credits.Window window,
            RedisServer.Settings settings) {
        this.bus = bus;
        this.intake = intake;
        this.hosts = hosts;
        this.announcement = announcement;
        this.window = window;
        this.settings = settings;
        this.key = Keys.sessionKey(hosts.of(announcement.auid()).orElseThrow(), announcement.session());
        this.up = Keys.up(announcement.session());
        this.down = Keys.down(announcement.session());
    }

    void run() {
        try (window) {
            credit = window.bytes();
            send(new Frame.Opened(settings.epoch(), credit));
            String end = serve();
            log.atDebug().addKeyValue("session", announcement.session()).log(end);
            if (!end.isEmpty()) {
                send(new Frame.Closed(end));
                bus.expire(down, BLOCK.plus(settings.idle()));
            } else {
                bus.unlink(down);
            }
            bus.unlink(up);
        } catch (BusException e) {
            // The host hears nothing and opens another session; what is left in Redis has a time to live.
            log.atDebug().addKeyValue("session", announcement.session()).log(e.getMessage());
        }
    }

    /** Nanoseconds since the host's last frame. */
    long silence() {
        return System.nanoTime() - heard;
    }

    String master() {
        return window.master();
    }

    void stop() {
        isStopped = true;
    }

    /** Why it ended; empty if the host said so. */
    private String serve() throws BusException {
        while (!isStopped) {
            List<RedisBus.Entry> entries = bus.read(up, read, AT_ONCE, BLOCK);
            if (entries.isEmpty()) {
                if (System.nanoTime() - heard > settings.idle().toNanos()) {
                    return "silent for too long";
                }
                continue;
            }
            heard = System.nanoTime();
            for (RedisBus.Entry entry : entries) {
                read = entry.id();
                Optional<Frame.Numbered> frame = Frame.decode(entry.bytes());
                if (frame.isEmpty()) {
                    return "a frame was damaged on the way";
                }
                if (frame.get().sequence() > upSequence) {
                    return "frame " + upSequence + " is missing";
                }
                // What was taken or is lost with us: the host has it. So Redis need not keep it until the object is
                // durable.
                bus.delete(up, List.of(entry.id()));
                if (frame.get().sequence() == upSequence) {
                    upSequence++;
                    if (frame.get().frame() instanceof Frame.Bye) {
                        return "";
                    }
                    take(frame.get().frame());
                }
            }
        }
        return "given up: the server stops, or others wait";
    }

    private void take(Frame frame) throws BusException {
        switch (frame) {
            case Frame.Offer offer -> offer(offer);
            case Frame.Data data -> data(data);
            case Frame.Ask ask -> look(ask);
            default -> {} // of a newer host
        }
    }

    private void offer(Frame.Offer offer) throws BusException {
        byte[] proof = new byte[offer.proof().remaining()];
        offer.proof().duplicate().get(proof);
        boolean stillAllowed =
                hosts.of(announcement.auid()).filter(announcement::isProvenBy).isPresent();
        if (!stillAllowed || !key.proves(proof, Keys.offered(offer.number(), offer.name(), offer.size()))) {
            send(new Frame.Refuse(offer.number(), Refusal.NOT_SIGNED_IN, "no proof that this is the host"));
            return;
        }
        offered = new Offered(offer.number(), offer.name(), offer.size());
        answer(offer.number(), working(() -> intake.offer(announcement.auid(), offer.name(), offer.size())));
    }

    /** Without a proof nothing is told: the host asks again in another session. */
    private void look(Frame.Ask ask) throws BusException {
        byte[] question = Frame.array(ask.bytes());
        boolean stillAllowed =
                hosts.of(announcement.auid()).filter(announcement::isProvenBy).isPresent();
        if (stillAllowed && key.proves(Frame.array(ask.proof()), Keys.asked(ask.number(), question))) {
            byte[] answer = intake.lookUp(announcement.auid(), question);
            byte[] proof = key.prove(Keys.told(ask.number(), answer));
            send(new Frame.Told(ask.number(), java.nio.ByteBuffer.wrap(proof), java.nio.ByteBuffer.wrap(answer)));
        }
    }

    private void data(Frame.Data data) throws BusException {
        taken += data.bytes().remaining();
        Offered object = offered;
        if (object != null && object.number() == data.number()) {
            Answer answer = working(() ->
                    intake.append(announcement.auid(), object.name(), object.size(), data.offset(), data.bytes()));
            boolean goesOn = answer instanceof Answer.Need need
                    && need.offset() == data.offset() + data.bytes().remaining();
            if (!goesOn) {
                offered = null;
                answer(data.number(), answer);
            }
        }
        long now = taken + window.bytes();
        if (now - credit >= window.bytes() / 4) {
            credit = now;
            send(new Frame.Credit(credit));
        }
    }

    private void answer(int number, Answer answer) throws BusException {
        switch (answer) {
            case Answer.Have have -> send(new Frame.Have(number, Receipts.text(have.receipt())));
            case Answer.Need need -> send(new Frame.Need(number, need.offset()));
            case Answer.Refused refused -> send(new Frame.Refuse(number, refused.refusal(), refused.detail()));
        }
    }

    /** A slow store is no silent server: while {@code work} runs, the host is told every second. */
    private Answer working(java.util.function.Supplier<Answer> work) throws BusException {
        var done = new CountDownLatch(1);
        var answer = new java.util.concurrent.atomic.AtomicReference<Answer>(
                new Answer.Refused(Refusal.FAILED, "the server failed"));
        Thread.ofVirtual().start(() -> {
            try {
                answer.set(work.get());
            } finally {
                done.countDown();
            }
        });
        try {
            while (!done.await(WORKING.toMillis(), TimeUnit.MILLISECONDS)) {
                send(new Frame.Working());
            }
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Refused(Refusal.BUSY, "the server stops");
        }
    }

    private void send(Frame frame) throws BusException {
        bus.add(down, frame.encode(downSequence));
        if (downSequence % RENEW_EVERY == 0) {
            bus.expire(down, LIFE);
        }
        downSequence++;
    }
}

package io.espalier.backup.server;

import io.espalier.backup.transport.Announcement;
import io.espalier.backup.transport.BusException;
import io.espalier.backup.transport.Keys;
import io.espalier.backup.transport.RedisBus;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.StreamEntryID;

/**
 * Takes objects out of a Redis Cluster. Hosts announce sessions; whichever server claims one first answers it. Several
 * servers may run on one store: a claim only saves work, since to put an object twice changes nothing.
 */
public final class RedisServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisServer.class);
    private static final int AT_ONCE = 64;
    private static final Duration SPARE = Duration.ofSeconds(3);
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final RedisBus bus;
    private final Intake intake;
    private final HostKeys hosts;
    private final Settings settings;
    private final Credits credits;
    private final String id = UUID.randomUUID().toString();
    private final Map<String, RedisSession> sessions = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread listener;

    /**
     * @param sessions at once; more wait
     * @param masterBudget of bytes that may wait on one master for this server, see docs/spec/backup-transport.md
     * @param window of one session at most
     * @param idle after which a silent session is over
     * @param look how often new sessions are looked for
     * @param epoch of this start; told to clients
     */
    public record Settings(int sessions, long masterBudget, long window, Duration idle, Duration look, long epoch) {
        /** 64 sessions, 64 MiB a master, 8 MiB a session. */
        public static Settings usual(long epoch) {
            return new Settings(64, 64L << 20, 8L << 20, Duration.ofSeconds(60), Duration.ofMillis(100), epoch);
        }
    }

    /**
     * Starts at once.
     *
     * @param bus closed with this server
     */
    public RedisServer(RedisBus bus, Intake intake, HostKeys hosts, Settings settings) {
        this.bus = bus;
        this.intake = intake;
        this.hosts = hosts;
        this.settings = settings;
        this.credits = new Credits(settings.masterBudget(), settings.window());
        this.listener = Thread.ofVirtual().name("backup-sessions").start(this::listen);
    }

    private void listen() {
        boolean well = true;
        while (!isStopped(settings.look())) {
            boolean now = true;
            for (int i = 0; i < Keys.OPENS && now; i++) {
                now = look(Keys.open(i));
            }
            if (well != now) {
                log.atInfo()
                        .addKeyValue("redis", now ? "answers" : "does not answer")
                        .log("sessions");
                well = now;
            }
        }
    }

    /** False if Redis did not answer. */
    private boolean look(String stream) {
        try {
            for (RedisBus.Entry entry : bus.read(stream, new StreamEntryID(0, 0), AT_ONCE, Duration.ZERO)) {
                if (take(entry.bytes())) {
                    bus.delete(stream, List.of(entry.id()));
                }
            }
            return true;
        } catch (BusException e) {
            return false;
        }
    }

    /** False if the announcement shall stay where it is, as there is no room for a session now. */
    private boolean take(ByteBuffer bytes) throws BusException {
        Optional<Announcement> read = Announcement.parse(bytes);
        if (read.isEmpty()) {
            return true;
        }
        Announcement announcement = read.get();
        String name = announcement.session();
        if (sessions.containsKey(name)) {
            return true;
        }
        if (hosts.of(announcement.auid()).filter(announcement::isProvenBy).isEmpty()) {
            log.atWarn().addKeyValue("auid", announcement.auid().text()).log("session refused: no proof");
            return true;
        }
        String master = master(name);
        Optional<Credits.Window> window =
                sessions.size() < settings.sessions() ? credits.open(master) : Optional.empty();
        if (window.isEmpty()) {
            makeRoom(master);
            return false;
        }
        if (!bus.claim(Keys.owner(name), id, LEASE)) {
            window.get().close();
            return true;
        }
        var session = new RedisSession(bus, intake, hosts, announcement, window.get(), settings);
        sessions.put(name, session);
        threads.execute(() -> {
            try {
                session.run();
            } finally {
                sessions.remove(name);
            }
        });
        return true;
    }

    /** The session that has been silent for longest, if it was for a while: its host may be dead. */
    private void makeRoom(String master) {
        boolean any = sessions.size() >= settings.sessions();
        sessions.values().stream()
                .filter(session -> any || session.master().equals(master))
                .filter(session -> session.silence() > SPARE.toNanos())
                .max(Comparator.comparingLong(RedisSession::silence))
                .ifPresent(RedisSession::stop);
    }

    private String master(String session) throws BusException {
        var range = bus.masters().floorEntry(RedisBus.slot(Keys.up(session)));
        return range == null ? "nobody" : range.getValue();
    }

    private boolean isStopped(Duration wait) {
        try {
            return stop.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** Sessions that are open now. */
    public int sessions() {
        return sessions.size();
    }

    @Override
    public void close() {
        stop.countDown();
        sessions.values().forEach(RedisSession::stop);
        listener.interrupt();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("a session does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        bus.close();
    }
}

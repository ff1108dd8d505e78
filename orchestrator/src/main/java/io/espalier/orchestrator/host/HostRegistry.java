package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.wire.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * The machines that are known: their enrolment, what they last said, what rollouts do with them. Kept in memory and
 * written to the database when something changes; that a host was merely seen again is written once a minute.
 */
public final class HostRegistry {

    private static final Duration SEEN_WRITTEN_EVERY = Duration.ofMinutes(1);

    private static final int MAX_VERSION = 64;

    private final HostRows rows;
    private final InstantSource clock;
    private final Map<HostName, HostRecord> records = new ConcurrentHashMap<>();
    private final Map<HostName, Instant> seenWritten = new ConcurrentHashMap<>();
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicLong changes = new AtomicLong();

    public HostRegistry(HostRows rows, InstantSource clock) {
        this.rows = rows;
        this.clock = clock;
        takeOver();
    }

    /** Begins with what is stored, as after a start: takes over what another orchestrator wrote. */
    public void takeOver() {
        reload();
        // A kill between a rollout's record of a step and ours leaves ours behind; rollouts that go on say it anew
        records.replaceAll((_, record) -> isUnderWay(record.phase()) ? record.withPhase(HostPhase.NONE) : record);
    }

    private static boolean isUnderWay(HostPhase phase) {
        return phase.kind() == HostPhase.Kind.PENDING || phase.kind() == HostPhase.Kind.APPLYING;
    }

    private void reload() {
        List<HostRecord> all = rows.all();
        writing.lock();
        try {
            records.clear();
            all.forEach(record -> records.put(record.name(), record));
            changes.incrementAndGet();
        } finally {
            writing.unlock();
        }
    }

    /** Grows whenever anything but the time of the last contact has changed: a cheap way to see that nothing has. */
    public long changes() {
        return changes.get();
    }

    public Optional<HostRecord> find(HostName host) {
        return Optional.ofNullable(records.get(host));
    }

    public Optional<HostRecord> find(Auid auid) {
        return records.values().stream()
                .filter(record -> record.auid().equals(Optional.of(auid)))
                .findFirst();
    }

    /** Sorted by name. */
    public List<HostRecord> all() {
        return records.values().stream()
                .sorted(java.util.Comparator.comparing(HostRecord::name))
                .toList();
    }

    /** Empty if the host is not enrolled. */
    public Optional<Auid> auid(HostName host) {
        return find(host).flatMap(HostRecord::auid);
    }

    /** The key pinned at enrolment, as {@code ssh-ed25519 AAAA...}. */
    public Optional<String> pinnedKey(HostName host) {
        return find(host).flatMap(HostRecord::enrolment).flatMap(HostRecord.Enrolment::hostKey);
    }

    /**
     * Records an enrolment; a host that was enrolled before keeps its history and gets the new address and key.
     *
     * @throws IllegalArgumentException if the id was given to another host, now or ever before
     */
    public void enrol(HostName host, HostRecord.Enrolment enrolment) {
        rows.claim(enrolment.auid(), host, clock.instant());
        change(
                host,
                record -> record.withEnrolment(enrolment)
                        .withContact(new HostRecord.Contact(true, Optional.empty(), "", clock.instant())));
    }

    /** Forgets a host that left the fleet; its agent's id stays taken. */
    public void forget(HostName host) {
        writing.lock();
        try {
            rows.delete(host);
            records.remove(host);
            seenWritten.remove(host);
            changes.incrementAndGet();
        } finally {
            writing.unlock();
        }
    }

    /**
     * Refuses an agent that is not the one enrolled for its host, and notes its version; to be given to links.
     *
     * <p>A host that nobody has enrolled, but whose SSH key the fleet source pins, is enrolled by its first welcome: who
     * may write {@code host-key} into the fleet has said which machine it is, and the link has just proved that key.
     *
     * @throws LinkException with {@code WRONG_HOST} or {@code NOT_ENROLLED}
     */
    public void welcome(Host host, Message.Welcome welcome) {
        Auid own = auid(host.name()).orElseGet(() -> adopt(host, welcome.auid()));
        if (!own.equals(welcome.auid())) {
            throw new LinkException(
                    Reason.WRONG_HOST,
                    host.name() + ": the agent there is " + welcome.auid() + " (expected: " + own
                            + "); nothing is sent to it");
        }
        String version = shortened(welcome.agentVersion());
        change(
                host.name(),
                record ->
                        record.agentVersion().equals(Optional.of(version)) ? record : record.withAgentVersion(version));
    }

    private Auid adopt(Host host, Auid presented) {
        var ssh = host.ssh();
        if (ssh.hostKey().isEmpty()) {
            throw new LinkException(
                    Reason.NOT_ENROLLED, host.name() + ": not enrolled (run: espalier enrol " + host.name() + ")");
        }
        writing.lock(); // two links may meet the same agent at once; the second finds it adopted
        try {
            Optional<Auid> already = auid(host.name());
            if (already.isPresent()) {
                return already.get();
            }
            enrol(
                    host.name(),
                    new HostRecord.Enrolment(
                            presented,
                            ssh.address(),
                            ssh.port(),
                            ssh.user(),
                            ssh.hostKey(),
                            List.copyOf(host.tags()),
                            clock.instant()));
        } catch (IllegalArgumentException taken) {
            throw new LinkException(
                    Reason.WRONG_HOST, host.name() + ": the agent there is " + presented + ", an id of another host");
        } finally {
            writing.unlock();
        }
        return presented;
    }

    /**
     * Notes what an agent said.
     *
     * @return the record before
     */
    public HostRecord seen(HostName host, Message.Status status) {
        Instant now = clock.instant();
        HostReport said = HostReport.of(status, now);
        HostRecord before = find(host).orElseGet(() -> HostRecord.unknown(host, now));
        change(host, record -> {
            HostRecord seen =
                    record.seen(now, record.report().filter(said::isLike).orElse(said));
            return record.contact().isReachable()
                    ? seen
                    : seen.withContact(new HostRecord.Contact(true, Optional.empty(), "", now));
        });
        return before;
    }

    /** Notes that a host cannot be spoken to. */
    public void lost(HostName host, Reason reason, String detail) {
        change(host, record -> {
            var contact = record.contact();
            boolean same = !contact.isReachable() && contact.reason().equals(Optional.of(reason));
            return same && contact.detail().equals(detail)
                    ? record
                    : record.withContact(new HostRecord.Contact(
                            false, Optional.of(reason), detail, same ? contact.since() : clock.instant()));
        });
    }

    /** Notes a key that a host showed and that is not its pinned one. */
    public void keyRefused(HostName host, Reason reason, String detail, Optional<String> presented) {
        lost(host, reason, detail);
        change(host, record -> record.presentedKey().equals(presented) ? record : record.withPresentedKey(presented));
    }

    public void phase(HostName host, HostPhase phase) {
        change(host, record -> record.phase().equals(phase) ? record : record.withPhase(phase));
    }

    /** Notes which releases the fleet wants, in one go. */
    public void want(Map<HostName, ReleaseId> releases) {
        together(() -> releases.forEach((host, release) -> change(
                host,
                record -> record.wanted().equals(Optional.of(release))
                        ? record
                        : record.withWanted(Optional.of(release)))));
    }

    /** Makes sure that every one of {@code hosts} has a record. */
    public void meet(Collection<Host> hosts) {
        together(() -> hosts.stream()
                .map(Host::name)
                .filter(name -> !records.containsKey(name))
                .toList()
                .forEach(name -> change(name, record -> record)));
    }

    /** The lock comes first: whoever holds it must never wait for a row that another writer's transaction holds. */
    private void together(Runnable changes) {
        writing.lock();
        try {
            rows.together(changes);
        } finally {
            writing.unlock();
        }
    }

    private void change(HostName host, UnaryOperator<HostRecord> change) {
        writing.lock(); // writers of one database; readers do not wait
        try {
            HostRecord before = records.get(host);
            HostRecord start = before == null ? HostRecord.unknown(host, clock.instant()) : before;
            HostRecord after = change.apply(start);
            if (before != null && isSeenOnly(before, after) && isWrittenLately(host, after)) {
                records.put(host, after);
                return;
            }
            if (!after.equals(before)) {
                rows.write(after);
                after.lastSeen().ifPresent(seen -> seenWritten.put(host, seen));
                records.put(host, after);
                changes.incrementAndGet();
            }
        } finally {
            writing.unlock();
        }
    }

    private static boolean isSeenOnly(HostRecord before, HostRecord after) {
        return before.contact().equals(after.contact())
                && before.report().equals(after.report())
                && before.enrolment().equals(after.enrolment())
                && before.presentedKey().equals(after.presentedKey())
                && before.agentVersion().equals(after.agentVersion())
                && before.phase().equals(after.phase())
                && before.wanted().equals(after.wanted());
    }

    private boolean isWrittenLately(HostName host, HostRecord after) {
        Instant written = seenWritten.get(host);
        return written != null
                && after.lastSeen()
                        .map(seen -> seen.isBefore(written.plus(SEEN_WRITTEN_EVERY)))
                        .orElse(true);
    }

    private static String shortened(String version) {
        String clean = version.replaceAll("[^\\x20-\\x7e]", "?");
        return clean.length() <= MAX_VERSION ? clean : clean.substring(0, MAX_VERSION);
    }
}

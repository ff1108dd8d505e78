package io.espalier.orchestrator.host;

import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one machine.
 *
 * @param enrolment empty for a host that the fleet names and nobody has enrolled
 * @param presentedKey a key that it showed and that is not the pinned one, as {@code ssh-ed25519 AAAA...}
 * @param agentVersion empty until its agent was spoken to
 * @param contact whether it can be spoken to
 * @param lastSeen when its agent last answered
 * @param phase what a rollout is doing with it
 * @param wanted the release that the fleet wants on it; empty until one was rendered
 * @param report what its agent last said; empty if it never did
 */
public record HostRecord(
        HostName name,
        Optional<Enrolment> enrolment,
        Optional<String> presentedKey,
        Optional<String> agentVersion,
        Contact contact,
        Optional<Instant> lastSeen,
        HostPhase phase,
        Optional<ReleaseId> wanted,
        Optional<HostReport> report) {

    /** A host that was not heard of for so long is known no more. */
    static final Duration STALE_AFTER = Duration.ofMinutes(2);

    /** A clock that is further off makes times from the host misleading. */
    static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    /**
     * How the host came to us.
     *
     * @param hostKey pinned, as {@code ssh-ed25519 AAAA...}; empty for a host on this machine, reached without SSH
     */
    public record Enrolment(
            Auid auid, String address, int port, String user, Optional<String> hostKey, List<String> tags, Instant at) {
        public Enrolment {
            tags = List.copyOf(tags);
        }
    }

    /**
     * @param reason why it is not reachable
     * @param since when this began
     */
    public record Contact(boolean isReachable, Optional<Reason> reason, String detail, Instant since) {}

    /**
     * The one word for the host and why.
     *
     * @param detail for people; empty if the word says it all
     */
    public record Verdict(HostState state, Optional<Reason> reason, String detail) {}

    static HostRecord unknown(HostName name, Instant now) {
        return new HostRecord(
                name,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Contact(false, Optional.of(Reason.NOT_ENROLLED), "no agent was enrolled for this host", now),
                Optional.empty(),
                HostPhase.NONE,
                Optional.empty(),
                Optional.empty());
    }

    public Optional<Auid> auid() {
        return enrolment.map(Enrolment::auid);
    }

    /**
     * Why nothing should be sent to what runs on the host: its agent cannot be reached, or the health checks of the last
     * release that was tried on it failed and it does not hold the wanted one since. Empty if nothing speaks against it.
     */
    public Optional<String> outage() {
        if (!contact.isReachable()) {
            return Optional.of(contact.reason().map(Reason::word).orElse("unreachable")
                    + (contact.detail().isEmpty() ? "" : ": " + contact.detail()));
        }
        boolean unhealthy = phase.kind() == HostPhase.Kind.FAILED
                && phase.reason().equals(Optional.of(Reason.UNHEALTHY))
                && !holdsWhatIsWanted();
        return unhealthy ? Optional.of(Reason.UNHEALTHY.word() + ": " + phase.detail()) : Optional.empty();
    }

    /** The state that counts most: the way to the host, then what a rollout does with it, then what it holds. */
    public Verdict verdict(Instant now) {
        if (!contact.isReachable()) {
            return new Verdict(HostState.UNREACHABLE, contact.reason(), contact.detail());
        }
        return switch (phase.kind()) {
            case APPLYING -> verdict(HostState.APPLYING);
            case WAITING -> holdsWhatIsWanted() ? quiet(now) : verdict(HostState.WAITING);
            case FAILED -> holdsWhatIsWanted() ? quiet(now) : verdict(HostState.FAILED);
            case QUARANTINED -> holdsWhatIsWanted() ? quiet(now) : verdict(HostState.QUARANTINED);
            case PENDING -> verdict(HostState.PENDING);
            case NONE -> quiet(now);
        };
    }

    /** What went wrong with a release is over once that release is no longer wanted: a revert sends nothing anew. */
    private boolean holdsWhatIsWanted() {
        return wanted.isPresent()
                && report.filter(said -> said.drifted() == 0 && wanted.equals(said.release()))
                        .isPresent();
    }

    private Verdict verdict(HostState state) {
        return new Verdict(state, phase.reason(), phase.detail());
    }

    private Verdict quiet(Instant now) {
        if (report.isEmpty()
                || lastSeen.isEmpty()
                || lastSeen.get().plus(STALE_AFTER).isBefore(now)) {
            return new Verdict(HostState.STALE, Optional.empty(), "not heard of lately");
        }
        HostReport said = report.get();
        if (wanted.isPresent() && !wanted.equals(said.release())) {
            return new Verdict(HostState.PENDING, Optional.empty(), "holds another release than the fleet wants");
        }
        if (said.drifted() > 0) {
            return new Verdict(
                    HostState.DRIFTED,
                    Optional.empty(),
                    said.drifted() + (said.drifted() == 1 ? " path differs" : " paths differ") + " from the release");
        }
        if (said.clockSkew().abs().compareTo(CLOCK_TOLERANCE) > 0) {
            return new Verdict(HostState.WAITING, Optional.of(Reason.WRONG_CLOCK), skewText(said.clockSkew()));
        }
        return new Verdict(HostState.IN_SYNC, Optional.empty(), "");
    }

    private static String skewText(Duration skew) {
        return "its clock is " + skew.abs().toMinutes() + " min " + (skew.isNegative() ? "behind" : "ahead");
    }

    HostRecord withContact(Contact now) {
        return new HostRecord(name, enrolment, presentedKey, agentVersion, now, lastSeen, phase, wanted, report);
    }

    HostRecord withEnrolment(Enrolment now) {
        return new HostRecord(
                name, Optional.of(now), Optional.empty(), agentVersion, contact, lastSeen, phase, wanted, report);
    }

    HostRecord withPresentedKey(Optional<String> key) {
        return new HostRecord(name, enrolment, key, agentVersion, contact, lastSeen, phase, wanted, report);
    }

    HostRecord withAgentVersion(String version) {
        return new HostRecord(
                name, enrolment, presentedKey, Optional.of(version), contact, lastSeen, phase, wanted, report);
    }

    HostRecord withPhase(HostPhase now) {
        return new HostRecord(name, enrolment, presentedKey, agentVersion, contact, lastSeen, now, wanted, report);
    }

    HostRecord withWanted(Optional<ReleaseId> release) {
        return new HostRecord(name, enrolment, presentedKey, agentVersion, contact, lastSeen, phase, release, report);
    }

    HostRecord seen(Instant at, HostReport said) {
        return new HostRecord(
                name,
                enrolment,
                Optional.empty(),
                agentVersion,
                contact,
                Optional.of(at),
                phase,
                wanted,
                Optional.of(said));
    }
}

package io.espalier.orchestrator.balance;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one balancer should have and what it has. Times of waiting are {@link System#nanoTime}. Guarded by itself. */
final class Post {

    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(15);

    /** A delivery to be made now. */
    record Due(Balancer to, PeersContent content) {}

    private final HostName host;
    private @Nullable Balancer to;
    private @Nullable PeersContent content;
    private @Nullable Digest wanted;
    private @Nullable Digest taken;
    private long version;
    private @Nullable Instant deliveredAt;
    private @Nullable String error;
    private @Nullable Instant errorAt;
    private boolean isUnderWay;
    private long notBefore;
    private Duration retry = FIRST_RETRY;

    Post(HostName host, long now) {
        this.host = host;
        this.notBefore = now;
    }

    /** Other peers are due; waits no longer for them than for the first. */
    synchronized void want(Balancer balancer, PeersContent peers, long now) {
        boolean isMoved = !balancer.equals(to);
        to = balancer;
        content = peers;
        Digest digest = peers.digest();
        if (isMoved || !digest.equals(wanted)) {
            wanted = digest;
            notBefore = now;
            retry = FIRST_RETRY;
        }
    }

    /** There can be no peers; the balancer keeps what it has. */
    synchronized void wantNothing(String why, Instant at) {
        to = null;
        content = null;
        wanted = null;
        fail(why, at);
    }

    /** The same again is no news: what counts is since when. */
    private void fail(String why, Instant at) {
        if (!why.equals(error)) {
            error = why;
            errorAt = at;
        }
    }

    /** The delivery that is to begin now; its end must be told. */
    synchronized Optional<Due> take(long now) {
        if (isUnderWay || content == null || to == null || now - notBefore < 0) {
            return Optional.empty();
        }
        isUnderWay = true;
        return Optional.of(new Due(to, content));
    }

    synchronized void ended(Due due, Courier.Outcome outcome, Instant at, long now) {
        isUnderWay = false;
        boolean isLatest = due.content().digest().equals(wanted);
        switch (outcome) {
            case Courier.Outcome.Taken(var number) -> {
                taken = due.content().digest();
                version = number;
                deliveredAt = at;
                error = null;
                errorAt = null;
                retry = FIRST_RETRY;
                // A balancer that lost its state, or whose host was set up anew, has them again within a minute.
                notBefore = isLatest ? now + AGAIN.toNanos() : now;
            }
            case Courier.Outcome.Failed(var why) -> {
                fail(why, at);
                notBefore = isLatest ? now + retry.toNanos() : now;
                retry = retry.multipliedBy(2).compareTo(LAST_RETRY) > 0 ? LAST_RETRY : retry.multipliedBy(2);
            }
        }
    }

    synchronized BalancerState state() {
        PeersContent peers = content;
        List<PeersContent.Member> members = peers == null ? List.of() : peers.members();
        return new BalancerState(
                host,
                peers == null ? "" : peers.tier(),
                wanted != null && wanted.equals(taken) && error == null,
                version,
                Optional.ofNullable(deliveredAt),
                Optional.ofNullable(error),
                Optional.ofNullable(errorAt),
                members.size(),
                Math.toIntExact(
                        members.stream().filter(PeersContent.Member::isOfUse).count()),
                peers == null ? List.of() : peers.notes());
    }
}

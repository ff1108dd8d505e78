package io.espalier.orchestrator.balance;

import io.espalier.protocol.HostName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How delivery to one balancer goes.
 *
 * @param tier to which it sends; empty while its variables make no sense
 * @param isCurrent whether it has taken what the fleet says now
 * @param version of the document that it took last, from this process; 0 if none
 * @param deliveredAt when it last confirmed that
 * @param error what went wrong last, until a delivery succeeds
 * @param errorAt since when it does
 * @param members of the document that is due
 * @param up how many of them get requests
 * @param notes who is left out and why
 */
public record BalancerState(
        HostName host,
        String tier,
        boolean isCurrent,
        long version,
        Optional<Instant> deliveredAt,
        Optional<String> error,
        Optional<Instant> errorAt,
        int members,
        int up,
        List<String> notes) {
    public BalancerState {
        notes = List.copyOf(notes);
    }
}

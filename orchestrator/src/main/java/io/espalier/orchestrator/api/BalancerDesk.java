package io.espalier.orchestrator.api;

import io.espalier.orchestrator.balance.BalancerState;
import io.espalier.orchestrator.balance.Balancers;
import io.espalier.protocol.HostName;
import io.espalier.protocol.api.BalancerView;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Load balancers and their peers, as people see them. */
@Component
public final class BalancerDesk {

    private final Balancers balancers;

    BalancerDesk(Balancers balancers) {
        this.balancers = balancers;
    }

    public List<BalancerView> all() {
        return balancers.states().stream().map(BalancerDesk::view).toList();
    }

    /** Empty if the host is no load balancer. */
    public Optional<BalancerView> of(String host) {
        return HostName.isValid(host) ? balancers.state(new HostName(host)).map(BalancerDesk::view) : Optional.empty();
    }

    private static BalancerView view(BalancerState state) {
        return new BalancerView(
                state.host().value(),
                state.tier().isEmpty() ? null : state.tier(),
                state.error().isPresent() ? "failing" : state.isCurrent() ? "current" : "waiting",
                state.version(),
                state.deliveredAt().orElse(null),
                state.error().orElse(null),
                state.errorAt().orElse(null),
                state.members(),
                state.up(),
                state.notes());
    }
}

package io.espalier.orchestrator;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostWatch;
import io.espalier.orchestrator.rollout.Reconciler;
import java.util.function.Supplier;

/** What the watch over the hosts notices, the reconciler has to think about. */
final class Noticed implements HostWatch.Listener {

    private final Supplier<Reconciler> reconciler;

    Noticed(Supplier<Reconciler> reconciler) {
        this.reconciler = reconciler;
    }

    @Override
    public void returned(Host host) {
        reconciler.get().catchUp(host.name());
    }

    @Override
    public void drifted(Host host, int before, int now) {
        if (now > before) {
            reconciler.get().poke();
        }
    }
}

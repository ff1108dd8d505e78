package io.espalier.orchestrator;

import io.espalier.orchestrator.host.HostWatch;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.orchestrator.store.Lead;
import io.espalier.orchestrator.store.Lease;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.Ordered;

/** Begins the work once everything is there and this process leads; what is left over from before comes first. */
final class Engine implements ApplicationRunner, Ordered {

    private final Rollouts rollouts;
    private final Reconciler reconciler;
    private final HostWatch watch;
    private final StepsOnHosts steps;
    private final Lead lead;

    Engine(Rollouts rollouts, Reconciler reconciler, HostWatch watch, StepsOnHosts steps, Lead lead) {
        this.rollouts = rollouts;
        this.reconciler = reconciler;
        this.watch = watch;
        this.steps = steps;
        this.lead = lead;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        rollouts.whenAtRest(id -> {
            if (rollouts.find(id).state().isOver()) {
                steps.over(rollouts.steps(id));
            }
        });
        lead.whenHeld(this::begin);
        if (lead instanceof Lease lease) {
            lease.start();
        }
    }

    private void begin() {
        rollouts.resume();
        reconciler.start();
        watch.start();
    }

    /** After the first user was made. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }
}

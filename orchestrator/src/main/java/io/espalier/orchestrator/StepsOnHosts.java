package io.espalier.orchestrator;

import io.espalier.orchestrator.host.HostPhase;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostWatch;
import io.espalier.orchestrator.rollout.HostStep;
import io.espalier.orchestrator.rollout.Rollout;
import io.espalier.orchestrator.rollout.StepState;
import io.espalier.orchestrator.rollout.StepWatcher;
import io.espalier.protocol.Reason;
import java.util.List;
import java.util.function.Supplier;

/** Tells the registry of hosts what rollouts do with them, so that pages show it. */
final class StepsOnHosts implements StepWatcher {

    private final HostRegistry registry;
    private final Supplier<HostWatch> watch;

    StepsOnHosts(HostRegistry registry, Supplier<HostWatch> watch) {
        this.registry = registry;
        this.watch = watch;
    }

    @Override
    public void changed(Rollout rollout, List<HostStep> steps) {
        for (HostStep step : steps) {
            registry.phase(step.name(), phase(step.state()));
            if (step.state() instanceof StepState.Applied || step.state() instanceof StepState.Failed) {
                watch.get().poke(step.name());
            }
        }
    }

    /** A rollout is over: whom it had not begun waits for nothing any more. */
    void over(List<HostStep> steps) {
        steps.stream()
                .filter(step -> step.state() instanceof StepState.Pending)
                .forEach(step -> registry.phase(step.name(), HostPhase.NONE));
    }

    private static HostPhase phase(StepState state) {
        return switch (state) {
            case StepState.InSync _, StepState.Applied _ -> HostPhase.NONE;
            case StepState.Pending _ -> HostPhase.of(HostPhase.Kind.PENDING);
            case StepState.Sending _ -> HostPhase.of(HostPhase.Kind.APPLYING);
            case StepState.Failed(var reason, var detail) -> HostPhase.of(HostPhase.Kind.FAILED, reason, detail);
            case StepState.Waiting(var reason, var detail) ->
                HostPhase.of(
                        reason == Reason.QUARANTINED ? HostPhase.Kind.QUARANTINED : HostPhase.Kind.WAITING,
                        reason,
                        detail);
        };
    }
}

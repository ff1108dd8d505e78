package io.espalier.orchestrator;

import io.espalier.orchestrator.host.Traffic;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToLongFunction;
import org.springframework.stereotype.Component;

/** What speaking to hosts costs, for whoever scrapes the orchestrator. */
@Component
final class TrafficMeters implements MeterBinder {

    private final Traffic traffic;

    TrafficMeters(Traffic traffic) {
        this.traffic = traffic;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "handshakes", "SSH connections made", Traffic.Counts::handshakes);
        counter(registry, "channels", "Channels opened to agents", Traffic.Counts::channels);
        counter(registry, "round.trips", "Questions that waited for an agent's answer", Traffic.Counts::roundTrips);
        counter(registry, "blobs", "Files sent because an agent lacked them", Traffic.Counts::blobs);
        counter(registry, "blob.bytes", "Bytes of these files", Traffic.Counts::blobBytes);
        counter(registry, "sent.bytes", "Bytes of these files as they travelled", Traffic.Counts::sentBytes);
    }

    private void counter(MeterRegistry registry, String name, String what, ToLongFunction<Traffic.Counts> count) {
        FunctionCounter.builder("espalier.link." + name, traffic, one -> count.applyAsLong(one.counts()))
                .description(what)
                .register(registry);
    }
}

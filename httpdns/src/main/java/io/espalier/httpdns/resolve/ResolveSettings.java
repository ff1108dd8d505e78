package io.espalier.httpdns.resolve;

import java.time.Duration;
import java.util.List;

/**
 * Whom to ask and how patiently.
 *
 * @param upstreams in order of preference; the faster goes first when they differ
 * @param attempt how long one upstream may take for one question, UDP and TCP together
 * @param probe how often an upstream that is down is asked whether it is back
 * @param inFlight questions at one time; more wait, within their budget
 * @param networks when a client's network is told
 */
public record ResolveSettings(
        List<Upstream> upstreams, Duration attempt, Duration probe, int inFlight, ClientNetworks networks) {
    public ResolveSettings {
        upstreams = List.copyOf(upstreams);
        if (inFlight < 1) {
            throw new IllegalArgumentException("inFlight: " + inFlight + " (expected: at least 1)");
        }
    }

    /** 700 ms an attempt, a probe each second, 512 questions at one time, no client's network told. */
    public static ResolveSettings of(List<Upstream> upstreams) {
        return new ResolveSettings(
                upstreams, Duration.ofMillis(700), Duration.ofSeconds(1), 512, ClientNetworks.UNTOLD);
    }

    /** The same, but telling networks. */
    public ResolveSettings with(ClientNetworks told) {
        return new ResolveSettings(upstreams, attempt, probe, inFlight, told);
    }
}

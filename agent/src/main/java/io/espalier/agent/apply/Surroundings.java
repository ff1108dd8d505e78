package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.agent.observe.DigestCache;
import io.espalier.agent.observe.Observer;
import io.espalier.agent.system.HostSystem;
import io.espalier.agent.system.Names;
import io.espalier.agent.system.Uptime;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * All that an apply touches or asks.
 *
 * @param uptime of the machine, by which a confirmation is waited for
 * @param stateFolder the agent's own, beneath the root of {@code fs}; it exists
 * @param realRoot where that root really is, for commands; empty for {@code /}
 */
public record Surroundings(
        Fs fs,
        DigestCache digests,
        Observer observer,
        Names names,
        HostSystem host,
        InstantSource clock,
        Supplier<Optional<Uptime>> uptime,
        Alarms alarms,
        String stateFolder,
        String realRoot) {}

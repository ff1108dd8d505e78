package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.plan.Plans;
import io.espalier.orchestrator.plan.Releases;
import io.espalier.protocol.HostName;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What rollouts need from the rest of the house.
 *
 * @param plans over the same links and releases
 * @param releases every release that was ever built, by its id; stored before a plan is made of it
 * @param blobs the bytes of everything that releases name
 * @param durable makes all releases and blobs survive a power cut; run before a rollout that names them is stored
 * @param unhealthy hosts that are known to serve nobody now; they are taken first
 * @param watcher is told what rollouts do with hosts
 */
public record Means(
        Links links,
        Plans plans,
        Releases releases,
        Link.Blobs blobs,
        Runnable durable,
        ManifestSigner signer,
        Auids auids,
        Supplier<Set<HostName>> unhealthy,
        StepWatcher watcher) {}

/**
 * HTTPDNS inside the orchestrator. {@link io.espalier.orchestrator.dns.FleetZone} decides which names the fleet has and who
 * of a tier is given out; {@link io.espalier.orchestrator.dns.FleetDns} runs the server and hands it a new zone when the
 * fleet or its health changes. Everything else (cache, upstreams, dialects) is the module httpdns.
 */
@NullMarked
package io.espalier.orchestrator.dns;

import org.jspecify.annotations.NullMarked;

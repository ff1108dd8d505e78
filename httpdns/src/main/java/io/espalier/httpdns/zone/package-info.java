/**
 * Names that are answered here and nowhere else, and those that are answered by nobody. {@link
 * io.espalier.httpdns.zone.ZoneContent} is a value: the fleet's hosts and tiers with their health, and records of the
 * operator's; {@link io.espalier.httpdns.zone.Zones} answers from it. {@link io.espalier.httpdns.zone.Guard} keeps
 * private addresses out of public names' answers and private names away from the upstreams.
 */
@NullMarked
package io.espalier.httpdns.zone;

import org.jspecify.annotations.NullMarked;

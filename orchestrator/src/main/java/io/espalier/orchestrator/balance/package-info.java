/**
 * Who load balancers send to. {@link io.espalier.orchestrator.balance.Peers} draws each balancer's peers document from the
 * fleet and what is known of its hosts; {@link io.espalier.orchestrator.balance.Balancers} numbers and delivers it over SSH
 * whenever it changes, and knows how that went.
 */
@NullMarked
package io.espalier.orchestrator.balance;

import org.jspecify.annotations.NullMarked;

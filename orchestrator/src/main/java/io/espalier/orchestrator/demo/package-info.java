/** Everything on one machine for the first five minutes: demo hosts, each an agent behind an SSH server of its own. */
@NullMarked
package io.espalier.orchestrator.demo;

import org.jspecify.annotations.NullMarked;

/**
 * Takes a bare host with sshd into the fleet: pins its key, makes the deploy user, installs and starts the agent. What is
 * to be done is a list of values made from a survey of the host; doing it is thin.
 */
@NullMarked
package io.espalier.orchestrator.enrol;

import org.jspecify.annotations.NullMarked;

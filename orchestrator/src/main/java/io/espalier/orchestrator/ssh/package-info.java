/**
 * The way to hosts: SSH connections that are kept open, bounded in number and trusted by pinned keys only, and on each
 * of them a channel to the agent's socket. Fails closed: a host whose key is not the pinned one sees no login.
 */
@NullMarked
package io.espalier.orchestrator.ssh;

import org.jspecify.annotations.NullMarked;

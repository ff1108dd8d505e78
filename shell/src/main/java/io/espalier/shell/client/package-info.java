/**
 * The way to the orchestrator: which one ({@link io.espalier.shell.client.Target}), what login stored ({@link
 * io.espalier.shell.client.Credentials}), and its REST API as Java calls ({@link
 * io.espalier.shell.client.OrchestratorClient}). Everything that can go wrong on the way ends as one {@link
 * io.espalier.shell.client.ClientException} that says what to do.
 */
@NullMarked
package io.espalier.shell.client;

import org.jspecify.annotations.NullMarked;

/**
 * The fleet's backups: stores and keys ({@code Vault}), and what hosts and people do with them ({@code Backups}). The
 * mechanism is module backup's; here is who may, when, over which link, and what is remembered of it.
 */
@NullMarked
package io.espalier.orchestrator.backup;

import org.jspecify.annotations.NullMarked;

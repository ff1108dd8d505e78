/**
 * Backups and restores that the orchestrator orders. The agent checks who ordered, and carries bytes between the link and
 * a process of the backup module, which is there only while it is needed.
 */
@NullMarked
package io.espalier.agent.backup;

import org.jspecify.annotations.NullMarked;

/**
 * The process in which an agent has an order carried out: {@link io.espalier.backup.worker.BackupWorker}. Apart from the
 * agent, whose heap has 24 MiB, and gone when it is done.
 */
@NullMarked
package io.espalier.backup.worker;

import org.jspecify.annotations.NullMarked;

/**
 * One backup from its begin to its end, as a host makes it: {@link io.espalier.backup.client.BackupClient} is the one entry
 * point for the agent, its scheduled jobs and the command line. What is backed up, and the way to the store, are values.
 */
@NullMarked
package io.espalier.backup.client;

import org.jspecify.annotations.NullMarked;

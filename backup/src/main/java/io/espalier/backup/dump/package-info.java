/**
 * Dumps that cannot lie. {@link io.espalier.backup.dump.Dumps} runs the tool of a kind (or, for Redis, speaks its
 * replication protocol), writes what it says into a spool folder, reads that back, and checks it against the source:
 * exit status of every process, silence on standard error, length, trailer, a full parse, the list of tables. Only a
 * dump that passed all of it gets its final name and a {@link io.espalier.backup.dump.VerifyRecord}; everything else is
 * a {@link io.espalier.backup.dump.DumpVerdict.Failed} with one reason, and leaves no file behind.
 */
@NullMarked
package io.espalier.backup.dump;

import org.jspecify.annotations.NullMarked;

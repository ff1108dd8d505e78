/**
 * The repository: immutable objects that are named by the SHA-256 of their bytes, in a store that a local folder or an S3
 * bucket provides. Packs hold chunks, indexes say which chunk is where, snapshots say what a backup consists of. All
 * orders of writing and deleting that keep it whole under crashes are in here; {@code docs/spec/backup.md} lists them.
 */
@NullMarked
package io.espalier.backup.repository;

import org.jspecify.annotations.NullMarked;

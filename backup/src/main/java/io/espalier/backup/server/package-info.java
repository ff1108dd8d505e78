/**
 * The receiving side of backups. {@link io.espalier.backup.server.Intake} takes objects piece by piece, puts them into an
 * object store, reads them back and only then signs a receipt; {@link io.espalier.backup.server.DirectServer} and
 * {@link io.espalier.backup.server.RedisServer} are its two doors. What it remembers of an object under way is in memory
 * only: a restart costs sending that object again.
 */
@NullMarked
package io.espalier.backup.server;

import org.jspecify.annotations.NullMarked;

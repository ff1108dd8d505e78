/**
 * How objects get from a host to the server: {@link io.espalier.backup.transport.DirectSink} over HTTPS, or
 * {@link io.espalier.backup.transport.RedisSink} through a Redis Cluster. Both keep one contract: {@code put} returns only
 * with a receipt that the server signed after it had the object on disk and read it back. Nothing on the way is believed;
 * losing any part of it costs sending again. {@code docs/spec/backup-transport.md} has the bytes.
 */
@NullMarked
package io.espalier.backup.transport;

import org.jspecify.annotations.NullMarked;

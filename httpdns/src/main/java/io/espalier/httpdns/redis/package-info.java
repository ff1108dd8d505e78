/**
 * The cache that nodes share, on a single Redis or on a Redis Cluster. It is a help and never a need: each call is cut
 * off after some tens of milliseconds whatever the client library does, a shard that fails is left alone for a moment,
 * writes go out behind the answer and are dropped when there are too many.
 */
@NullMarked
package io.espalier.httpdns.redis;

import org.jspecify.annotations.NullMarked;

/**
 * Answers kept in this process. An answer is packed into one array ({@link io.espalier.httpdns.cache.Packing}, the form
 * that goes to Redis too); {@link io.espalier.httpdns.cache.CacheRules} says how long it lives, {@link
 * io.espalier.httpdns.cache.MemoryCache} holds what fits, the narrowest scope of a client first (RFC 7871), and {@link
 * io.espalier.httpdns.cache.Flights} lets one search serve all who wait for it.
 */
@NullMarked
package io.espalier.httpdns.cache;

import org.jspecify.annotations.NullMarked;

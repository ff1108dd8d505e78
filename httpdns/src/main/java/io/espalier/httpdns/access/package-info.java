/**
 * Who may ask, how much, and in whose name: accounts and their signatures, which proxies are believed, how many
 * misses a network may cause. Knows nothing of HTTP or DNS messages; says no with a {@link
 * io.espalier.httpdns.access.Reason}.
 */
@NullMarked
package io.espalier.httpdns.access;

import org.jspecify.annotations.NullMarked;

/**
 * Asks upstream resolvers and believes little of what comes back. {@link io.espalier.httpdns.resolve.Upstreams} picks
 * whom to ask, hedges and moves on; an exchange goes over UDP with a random port, id and spelling, and over TCP whenever
 * an answer is truncated or doubtful; what is left is sifted down to the records that were asked for. Deciding
 * ({@code ReplyCheck}, {@code Sifting}, {@code Health}) is apart from doing ({@code UdpExchange}, {@code TcpExchange}).
 */
@NullMarked
package io.espalier.httpdns.resolve;

import org.jspecify.annotations.NullMarked;

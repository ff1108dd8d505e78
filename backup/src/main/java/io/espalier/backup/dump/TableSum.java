package io.espalier.backup.dump;

/**
 * What a table holds, whatever the order of its rows.
 *
 * @param digest 32 hexadecimal digits: the sum modulo 2^128 of the first 16 bytes of each row's SHA-256
 */
public record TableSum(long rows, String digest) {}

package io.espalier.httpdns.redis;

import java.util.List;

/**
 * How the shared cache did since the start.
 *
 * @param hits looks that found something, stale or not
 * @param misses looks that found nothing
 * @param unavailable calls that were given up or not even made
 * @param written answers that went out
 * @param dropped answers that did not, because of trouble or because too many waited
 * @param out shards that are left alone now
 */
public record SharedCounts(long hits, long misses, long unavailable, long written, long dropped, List<String> out) {}

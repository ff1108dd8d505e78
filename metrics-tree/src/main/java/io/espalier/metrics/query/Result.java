package io.espalier.metrics.query;

/**
 * One line of an answer.
 *
 * @param key the path of the leaf; of a reduced segment, its pattern stands in place of the names
 */
public record Result(String key, Value value) {}

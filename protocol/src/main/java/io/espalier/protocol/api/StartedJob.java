package io.espalier.protocol.api;

/** @param job {@code UNIT/NAME} */
public record StartedJob(String host, String job) {}

package io.espalier.protocol.api;

/** @param job {@code UNIT/NAME}, or the name alone where the host has but one of that name */
public record RunJobRequest(String job) {}

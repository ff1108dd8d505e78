package io.espalier.protocol.api;

/** @param fingerprint {@code SHA256:...} of the key, whose type is {@code keyType} */
public record EnrolProbe(String address, int port, String keyType, String fingerprint) {}

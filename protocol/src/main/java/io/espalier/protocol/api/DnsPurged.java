package io.espalier.protocol.api;

/** How many names were forgotten. */
public record DnsPurged(int names) {}

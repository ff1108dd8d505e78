package io.espalier.protocol.api;

/**
 * Names to forget.
 *
 * @param name one, or several with commas
 * @param below those below it as well, as far as the orchestrator holds them
 */
public record DnsPurge(String name, boolean below) {}

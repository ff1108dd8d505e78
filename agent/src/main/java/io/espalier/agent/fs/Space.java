package io.espalier.agent.fs;

/**
 * What is left on a file system.
 *
 * @param bytes for the agent's user
 * @param inodes {@link Long#MAX_VALUE} where they are not counted
 */
public record Space(long bytes, long inodes, boolean readOnly) {}

package io.espalier.orchestrator.demo;

import java.nio.file.Path;

/**
 * One demo host.
 *
 * @param root stands for its {@code /}
 * @param socket where its agent listens
 * @param sshPort on 127.0.0.1; kept over restarts, since the fleet names it
 */
record DemoHost(String name, String tier, String auid, Path root, Path socket, int sshPort) {}

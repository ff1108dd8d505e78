package io.espalier.orchestrator.enrol;

import io.espalier.orchestrator.host.ProtocolPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Stands where the agent will stand on a test host: takes its id from its configuration and speaks the protocol. */
public final class StandInAgent {

    private StandInAgent() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of("/run/espalier");
        Files.createDirectories(folder);
        String config = Files.readString(Path.of("/etc/espalier/agent.yaml"));
        var peer = new ProtocolPeer(folder.resolve("agent.sock"));
        peer.auid = AgentConfig.auid(config).orElseThrow();
        new CountDownLatch(1).await();
    }
}

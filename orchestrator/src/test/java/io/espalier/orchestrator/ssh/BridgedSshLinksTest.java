package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.demo.DemoSshServer;

/** The same where sshd forbids forwarding to sockets. */
class BridgedSshLinksTest extends SshLinksTest {

    @Override
    DemoSshServer.Sockets sockets() {
        return DemoSshServer.Sockets.FORBIDDEN;
    }
}

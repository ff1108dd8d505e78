package io.espalier.orchestrator.ssh;

import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.channel.direct.AbstractDirectChannel;

/** A channel to a Unix socket on the server: {@code direct-streamlocal@openssh.com}, OpenSSH's PROTOCOL 2.4. */
final class StreamLocalChannel extends AbstractDirectChannel {

    private final String path;

    StreamLocalChannel(Connection connection, String path) {
        super(connection, "direct-streamlocal@openssh.com");
        this.path = path;
    }

    @Override
    protected SSHPacket buildOpenReq() {
        return super.buildOpenReq().putString(path).putString("").putUInt32(0); // two fields reserved by OpenSSH
    }
}

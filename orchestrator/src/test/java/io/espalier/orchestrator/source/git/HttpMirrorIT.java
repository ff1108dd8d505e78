package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.GitCli;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mirror of a repository behind git's own HTTP server program. */
class HttpMirrorIT extends MirrorContract {

    private GitHttpBackend server;
    private RecordingProxy wire;

    @BeforeEach
    void start() throws Exception {
        server = new GitHttpBackend(folder);
        wire = new RecordingProxy(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        wire.close();
        server.close();
    }

    @Override
    GitCli remote() throws Exception {
        return GitCli.init(folder.resolve("remote"));
    }

    @Override
    String url() {
        return "http://127.0.0.1:" + wire.port() + "/remote";
    }

    @Test
    void lookWithoutChangeAsksForTheOneRefAndFetchesNothing() throws Exception {
        GitCli remote = remote();
        remote.write("a", "1").commit("First");
        for (int i = 0; i < 500; i++) {
            remote.run("update-ref", "refs/heads/other/" + i, "HEAD");
        }
        try (GitMirror mirror = mirror("main")) {
            mirror.look();
            wire.clear();
            mirror.look();
            System.out.println(wire.sent() + "\nRECEIVED " + wire.receivedBytes());
        }
    }
}

package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.GitCli;
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
        String id = remote.write("a", "1").commit("First");
        remote.manyBranches(500, id);
        try (GitMirror mirror = mirror("main")) {
            mirror.look();
            wire.clear();
            mirror.look();
            assertThat(wire.sent().lines().filter(line -> line.contains("HTTP/1.1")))
                    .containsExactly("POST /remote/git-upload-pack HTTP/1.1");
            assertThat(wire.sent())
                    .endsWith("\r\n\r\n0014command=ls-refs\n0013agent=espalier\n00010009peel\n"
                            + "001fref-prefix refs/heads/main\n001eref-prefix refs/tags/main\n0000");
            assertThat(wire.receivedBytes()).isLessThan(500);
        }
    }
}

package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.GitCli;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.Daemon;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mirror of a repository behind JGit's own server, over git's plain protocol. */
class DaemonMirrorIT extends MirrorContract {

    private Daemon daemon;
    private RecordingProxy wire;

    @BeforeEach
    void start() throws Exception {
        daemon = new Daemon(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        daemon.setRepositoryResolver((_, name) -> open(name));
        daemon.getService("git-upload-pack").setEnabled(true);
        daemon.start();
        wire = new RecordingProxy(daemon.getAddress().getPort());
    }

    private Repository open(String name) {
        try {
            return new FileRepositoryBuilder()
                    .setGitDir(folder.resolve(name).resolve(".git").toFile())
                    .build();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() throws Exception {
        wire.close();
        daemon.stopAndWait();
    }

    @Override
    GitCli remote() throws Exception {
        return GitCli.init(folder.resolve("remote"));
    }

    @Override
    String url() {
        return "git://127.0.0.1:" + wire.port() + "/remote";
    }

    @Override
    RemoteAccess access() {
        return new RemoteAccess(Set.of("git"), new AddressGuard(true, true), List.of(), Duration.ofSeconds(20));
    }

    @Test
    void lookWithoutChangeAsksForTheOneRef() throws Exception {
        GitCli remote = remote();
        String id = remote.write("a", "1").commit("First");
        remote.manyBranches(500, id);
        try (GitMirror mirror = mirror("main")) {
            mirror.look();
            wire.clear();
            mirror.look();
            assertThat(wire.sent())
                    .contains("version=2", "command=ls-refs", "ref-prefix refs/heads/main", "ref-prefix refs/tags/main")
                    .doesNotContain("command=fetch");
            assertThat(wire.receivedBytes()).isLessThan(1_000);
        }
    }
}

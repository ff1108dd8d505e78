package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.source.GitCli;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mirror of a repository behind SSH: only with the key that was named, only to a host whose key is known. */
class SshMirrorIT extends MirrorContract {

    private SshGitServer server;
    private Path keyFile;
    private Path knownHosts;
    private AddressGuard guard = new AddressGuard(true, true);

    @BeforeEach
    void start() throws Exception {
        KeyPair user = SshGitServer.newKey();
        keyFile = folder.resolve("id");
        knownHosts = folder.resolve("known_hosts");
        SshGitServer.write(user, keyFile);
        server = new SshGitServer(user.getPublic());
        Files.writeString(knownHosts, server.knownHost());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Override
    GitCli remote() throws Exception {
        return GitCli.init(folder.resolve("remote"));
    }

    @Override
    String url() {
        return "ssh://git@127.0.0.1:" + server.port() + folder.resolve("remote");
    }

    @Override
    RemoteAccess access() {
        var credential = new Credential(
                "forge",
                "ssh://git@127.0.0.1:" + server.port() + "/",
                Optional.empty(),
                Optional.empty(),
                Optional.of(keyFile),
                Optional.of(knownHosts),
                Optional.empty());
        return new RemoteAccess(Set.of("ssh"), guard, List.of(credential), Duration.ofSeconds(20));
    }

    @Test
    void unknownHostKeyIsRefusedAndNotLearnt() throws Exception {
        remote().write("a", "1").commit("One");
        Files.writeString(knownHosts, "");
        assertRefused(Reason.HOST_KEY_UNKNOWN, "the host key is not in");
        assertThat(knownHosts).isEmptyFile();
    }

    @Test
    void changedHostKeyIsRefused() throws Exception {
        remote().write("a", "1").commit("One");
        Files.writeString(knownHosts, server.knownHost(SshGitServer.newKey().getPublic()));
        assertRefused(Reason.HOST_KEY_CHANGED, "the host key is not the one in");
    }

    @Test
    void revokedHostKeyIsRefused() throws Exception {
        remote().write("a", "1").commit("One");
        Files.writeString(knownHosts, "@revoked " + server.knownHost() + server.knownHost());
        assertThatThrownBy(this::look).isInstanceOf(SourceException.class);
    }

    @Test
    void keyThatTheServerDoesNotKnowIsTold() throws Exception {
        remote().write("a", "1").commit("One");
        SshGitServer.write(SshGitServer.newKey(), keyFile);
        assertRefused(Reason.AUTH_FAILED, "");
    }

    @Test
    void urlThatNoCredentialCoversIsNotTried() throws Exception {
        remote().write("a", "1").commit("One");
        keyFile = folder.resolve("absent");
        server.close();
        server = new SshGitServer(SshGitServer.newKey().getPublic());
        var without = new RemoteAccess(Set.of("ssh"), guard, List.of(), Duration.ofSeconds(5));
        var spec = new io.espalier.orchestrator.source.SourceSpec.Git(url(), "main", Optional.empty());
        try (GitMirror mirror = GitMirror.open(NAME, spec, folder.resolve("m.git"), without, PackLimits.DEFAULT)) {
            assertThatThrownBy(mirror::look)
                    .isInstanceOfSatisfying(
                            SourceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.AUTH_FAILED))
                    .hasMessageContaining("no credential");
        }
    }

    @Test
    void addressThatIsNotAllowedIsNotSpokenTo() throws Exception {
        remote().write("a", "1").commit("One");
        guard = new AddressGuard(true, false);
        assertRefused(Reason.MALFORMED, "loopback");
    }

    private void look() throws Exception {
        try (GitMirror mirror = mirror("main")) {
            mirror.look();
        }
    }

    private void assertRefused(Reason reason, String message) {
        assertThatThrownBy(this::look)
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(message);
    }
}

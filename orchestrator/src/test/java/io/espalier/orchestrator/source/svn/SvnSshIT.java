package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.Credential;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.orchestrator.source.git.SshGitServer;
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

/** A source behind {@code svn+ssh://}: the same keys and the same care as for git. */
class SvnSshIT extends SvnSourceContract {

    private SshGitServer server;
    private Path keyFile;
    private Path knownHosts;
    private AddressGuard guard = LOCAL;
    private Duration timeout = TIMEOUT;
    private String answer = "";

    @BeforeEach
    void start() throws Exception {
        KeyPair user = SshGitServer.newKey();
        keyFile = folder.resolve("id");
        knownHosts = folder.resolve("known_hosts");
        SshGitServer.write(user, keyFile);
        server = new SshGitServer(user.getPublic(), command -> {
            if (!command.equals("svnserve -t")) {
                throw new AssertionError(command);
            }
            return !answer.isEmpty() ? answer : "exec svnserve -t -r '" + folder.resolve("served") + "'";
        });
        Files.writeString(knownHosts, server.knownHost());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Override
    String url() {
        return "svn+ssh://svn@127.0.0.1:" + server.port() + "/repo";
    }

    @Override
    RemoteAccess access() {
        var credential = new Credential(
                "forge",
                "svn+ssh://127.0.0.1:" + server.port() + "/",
                Optional.empty(),
                Optional.empty(),
                Optional.of(keyFile),
                Optional.of(knownHosts),
                Optional.empty());
        return new RemoteAccess(Set.of("svn+ssh"), guard, List.of(credential), timeout);
    }

    @Test
    void hostKeyThatIsNotKnownOrAnotherIsRefused() throws Exception {
        workshop().write("a", "1").commit("First");
        Files.writeString(knownHosts, "");
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.HOST_KEY_UNKNOWN, "the host key is not in");
        }
        Files.writeString(knownHosts, server.knownHost(SshGitServer.newKey().getPublic()));
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.HOST_KEY_CHANGED, "the host key is not the one in");
        }
    }

    @Test
    void keyThatTheServerDoesNotKnowIsTold() throws Exception {
        workshop().write("a", "1").commit("First");
        SshGitServer.write(SshGitServer.newKey(), keyFile);
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.AUTH_FAILED, "");
        }
    }

    @Test
    void programThatSaysNothingTimesOut() throws Exception {
        workshop().write("a", "1").commit("First");
        timeout = Duration.ofSeconds(2);
        answer = "exec sleep 60";
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.TIMED_OUT, "");
        }
    }

    @Test
    void addressThatIsNotAllowedIsNotSpokenTo() throws Exception {
        workshop().write("a", "1").commit("First");
        guard = new AddressGuard(true, false);
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.MALFORMED, "loopback");
        }
    }
}

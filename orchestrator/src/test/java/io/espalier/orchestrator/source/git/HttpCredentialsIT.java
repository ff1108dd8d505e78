package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.hosting.HostedServer;
import io.espalier.protocol.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mirrors of a repository that asks who is there: JGit's own HTTP server, as the orchestrator runs it. */
class HttpCredentialsIT {

    @TempDir
    private Path folder;

    private HostedServer server;
    private RecordingProxy wire;

    @BeforeEach
    void start() throws Exception {
        server = new HostedServer(folder);
        Files.writeString(Files.createDirectories(folder.resolve("content")).resolve("a"), "1");
        server.repositories.create(new SourceName("shared"), folder.resolve("content"));
        wire = new RecordingProxy(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        wire.close();
        server.close();
    }

    @Test
    void namedCredentialIsUsedAndALookIsOneRequest() throws Exception {
        try (GitMirror mirror = mirror(url(), credential(url(), "secret"))) {
            var commit = mirror.look();
            assertThat(mirror.snapshot(commit.revision()).paths()).containsExactly("a");
            wire.clear();
            assertThat(mirror.look()).isEqualTo(commit);
            assertThat(wire.sent().lines().filter(line -> line.contains("HTTP/1.1")))
                    .containsExactly("POST /git/shared.git/git-upload-pack HTTP/1.1");
        }
    }

    @Test
    void wrongOrMissingCredentialStalls() throws Exception {
        try (GitMirror mirror = mirror(url(), credential(url(), "wrong"))) {
            assertReason(mirror, Reason.AUTH_FAILED);
        }
        try (GitMirror mirror = mirror(url())) {
            assertReason(mirror, Reason.AUTH_FAILED);
        }
    }

    @Test
    void credentialIsSentNowhereElse() throws Exception {
        String other = "http://127.0.0.1:" + wire.port() + "/git/other";
        try (GitMirror mirror = mirror(
                url(), credential(other, "secret"), credential("http://localhost:" + wire.port() + "/", "secret"))) {
            assertReason(mirror, Reason.AUTH_FAILED);
        }
        assertThat(wire.sent()).doesNotContain("YW5uOnNlY3JldA");
    }

    @Test
    void redirectIsNotFollowed() throws Exception {
        var reached = new AtomicInteger();
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> {
            if (exchange.getRequestURI().getPath().startsWith("/there")) {
                reached.incrementAndGet();
            }
            exchange.getResponseHeaders()
                    .add(
                            "Location",
                            "http://127.0.0.1:" + elsewhere.getAddress().getPort() + "/there/x.git"
                                    + exchange.getRequestURI().getPath().substring("/x.git".length())
                                    + "?service=git-upload-pack");
            exchange.sendResponseHeaders(301, -1);
            exchange.close();
        });
        elsewhere.start();
        try (GitMirror mirror =
                mirror("http://127.0.0.1:" + elsewhere.getAddress().getPort() + "/x.git")) {
            assertReason(mirror, Reason.FETCH_FAILED);
        } finally {
            elsewhere.stop(0);
        }
        assertThat(reached).hasValue(0);
    }

    @Test
    void addressThatIsNotAllowedIsNotConnectedTo() throws Exception {
        var access = new RemoteAccess(Set.of("http"), new AddressGuard(true, false), List.of(), Duration.ofSeconds(5));
        try (GitMirror mirror = open(url(), access)) {
            assertReason(mirror, Reason.MALFORMED);
        }
        assertThat(wire.sent()).isEmpty();
    }

    private GitMirror mirror(String url, Credential... credentials) {
        return open(
                url,
                new RemoteAccess(
                        Set.of("http"), new AddressGuard(true, true), List.of(credentials), Duration.ofSeconds(10)));
    }

    private GitMirror open(String url, RemoteAccess access) {
        return GitMirror.open(
                new SourceName("shared"),
                new SourceSpec.Git(url, "main", Optional.empty()),
                folder.resolve("mirror.git"),
                access,
                PackLimits.DEFAULT);
    }

    private static Credential credential(String url, String secret) {
        return new Credential(
                "forge",
                url,
                Optional.of("ann"),
                Optional.of(secret),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static void assertReason(GitMirror mirror, Reason reason) {
        assertThatThrownBy(mirror::look)
                .isInstanceOfSatisfying(
                        SourceException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason))
                .hasMessageNotContaining("secret");
    }

    private String url() {
        return "http://127.0.0.1:" + wire.port() + "/git/shared.git";
    }
}

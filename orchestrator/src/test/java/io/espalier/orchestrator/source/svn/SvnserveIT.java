package io.espalier.orchestrator.source.svn;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.Credential;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.protocol.Reason;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A source behind {@code svn://}, and what happens where the other side is not as it should be. */
class SvnserveIT extends SvnContract {

    private Svnserve server;
    private AddressGuard guard = LOCAL;
    private Duration timeout = TIMEOUT;
    private final List<Credential> credentials = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server = new Svnserve(folder.resolve("served"));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Override
    String url() {
        return "svn://127.0.0.1:" + server.port() + "/repo";
    }

    @Override
    RemoteAccess access() {
        return new RemoteAccess(Set.of("svn"), guard, credentials, timeout);
    }

    @Test
    void lookWithoutChangeIsOneSmallRequestOnTheSameConnection() throws Exception {
        workshop().write("a", "1").commit("First");
        try (SvnMirror mirror = mirror("trunk")) {
            Commit commit = mirror.look();
            long before = server.sent();
            int connections = server.connections();
            assertThat(mirror.look()).isEqualTo(commit);
            assertThat(mirror.look()).isEqualTo(commit);
            assertThat(server.sent() - before).isBetween(20L, 100L);
            assertThat(server.connections()).isEqualTo(connections);
        }
    }

    @Test
    void connectionThatWentAwayIsMadeOnceMore() throws Exception {
        workshop().write("a", "1").commit("First");
        try (SvnMirror mirror = mirror("trunk")) {
            mirror.look();
            server.cutAll();
            workshop().write("a", "2").commit("Second");
            assertThat(text(mirror.snapshot(mirror.look().revision()), "a")).contains("2");
        }
    }

    @Test
    void modesAndLinksAreKeptAsData() throws Exception {
        workshop()
                .write("run.sh", "#!/bin/sh\n")
                .write("plain", "1")
                .executable("run.sh")
                .link("l", "plain");
        workshop().commit("First");
        String mirror = folder.resolve("mirror.git").toString();
        try (SvnMirror open = mirror("trunk")) {
            open.look();
            assertThat(SvnWorkshop.must("git", "-C", mirror, "ls-tree", "-r", "refs/espalier/head"))
                    .contains("100755 blob", "120000 blob", "100644 blob");
            assertThat(SvnWorkshop.must("git", "-C", mirror, "cat-file", "blob", "refs/espalier/head:l"))
                    .isEqualTo("plain");
            workshop().svn("propdel", "-q", "svn:executable", workshop().trunk() + "/run.sh");
            Files.delete(workshop().trunk().resolve("l"));
            workshop().link("l", "run.sh").commit("Second");
            open.look();
            assertThat(SvnWorkshop.must("git", "-C", mirror, "ls-tree", "-r", "refs/espalier/head"))
                    .doesNotContain("100755");
            assertThat(SvnWorkshop.must("git", "-C", mirror, "cat-file", "blob", "refs/espalier/head:l"))
                    .isEqualTo("run.sh");
            SvnWorkshop.must("git", "-C", mirror, "fsck", "--strict");
        }
    }

    @Test
    void serverThatAsksForASignInGetsTheOneOfItsCredential() throws Exception {
        workshop().write("a", "1").commit("First");
        Path conf = workshop().repository().resolve("conf");
        Files.writeString(
                conf.resolve("svnserve.conf"), "[general]\nanon-access = none\npassword-db = passwd\nrealm = R\n");
        Files.writeString(conf.resolve("passwd"), "[users]\nann = sesame\n");
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.AUTH_FAILED, "no credential");
        }
        credentials.add(credential("sesame2"));
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.AUTH_FAILED, "does not take the sign-in");
        }
        credentials.set(0, credential("sesame"));
        try (SvnMirror mirror = mirror("trunk")) {
            assertThat(mirror.look().revision().id()).isEqualTo("r2");
        }
    }

    private Credential credential(String secret) {
        return new Credential(
                "forge",
                "svn://127.0.0.1:" + server.port() + "/",
                Optional.of("ann"),
                Optional.of(secret),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void repositoryThatIsNotThereIsTold() throws Exception {
        workshop();
        var spec = new SourceSpec.Svn("svn://127.0.0.1:" + server.port() + "/absent", "", Optional.empty());
        try (SvnMirror mirror = SvnMirror.open(NAME, spec, folder.resolve("other.git"), access(), PackLimits.DEFAULT)) {
            assertRefused(mirror::look, Reason.INVALID_REVISION, "absent");
        }
    }

    @Test
    void serverThatIsAwayIsUnreachable() throws Exception {
        workshop().write("a", "1").commit("First");
        try (SvnMirror mirror = mirror("trunk")) {
            server.close();
            assertRefused(mirror::look, Reason.UNREACHABLE, "");
        }
    }

    @Test
    void serverThatSaysNothingTimesOut() throws Exception {
        timeout = Duration.ofMillis(300);
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                SvnMirror mirror = SvnMirror.open(
                        NAME,
                        new SourceSpec.Svn("svn://127.0.0.1:" + silent.getLocalPort() + "/x", "", Optional.empty()),
                        folder.resolve("other.git"),
                        access(),
                        PackLimits.DEFAULT)) {
            assertRefused(mirror::look, Reason.TIMED_OUT, "");
        }
    }

    /** Each byte comes in time, the whole never would. */
    @Test
    void serverThatDripsIsCutOffAtTheEndOfItsTime() throws Exception {
        try (ServerSocket dripping = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                SvnMirror mirror = SvnMirror.open(
                        NAME,
                        new SourceSpec.Svn("svn://127.0.0.1:" + dripping.getLocalPort() + "/x", "", Optional.empty()),
                        folder.resolve("other.git"),
                        access(),
                        new PackLimits(1 << 20, 100, 1 << 20, Duration.ofMillis(700)))) {
            Thread.ofVirtual().start(() -> drip(dripping));
            assertRefused(mirror::look, Reason.TIMED_OUT, "longer than");
        }
    }

    private static void drip(ServerSocket listener) {
        try (Socket socket = listener.accept();
                OutputStream out = socket.getOutputStream()) {
            out.write("( success ( 2 2 ( ) ( ".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("a ".getBytes(StandardCharsets.US_ASCII));
                out.flush();
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            }
        } catch (java.io.IOException _) {
            // cut off, as it should be
        }
    }

    @Test
    void serverThatTalksNonsenseIsToldAsSuch() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                SvnMirror mirror = SvnMirror.open(
                        NAME,
                        new SourceSpec.Svn("svn://127.0.0.1:" + other.getLocalPort() + "/x", "", Optional.empty()),
                        folder.resolve("other.git"),
                        access(),
                        PackLimits.DEFAULT)) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = other.accept()) {
                    socket.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (java.io.IOException _) {
                    // the client hung up first
                }
            });
            assertRefused(mirror::look, Reason.FETCH_FAILED, "svn://127.0.0.1");
        }
    }

    @Test
    void addressThatIsNotAllowedIsNotConnectedTo() throws Exception {
        workshop().write("a", "1").commit("First");
        guard = new AddressGuard(true, false);
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.MALFORMED, "loopback");
        }
        assertThat(server.connections()).isZero();
    }

    @Test
    void specThatNamesNoFolderIsRefusedAtOnce() {
        assertRefused(() -> mirror("../other"), Reason.MALFORMED, "'../other'");
        assertRefused(() -> mirror("tags/v*"), Reason.MALFORMED, "'tags/v*'");
        assertRefused(() -> mirror("a//b"), Reason.MALFORMED, "'a//b'");
        assertRefused(
                () -> SvnMirror.open(
                        NAME,
                        new SourceSpec.Svn("file:///srv/svn", "", Optional.empty()),
                        folder.resolve("other.git"),
                        access(),
                        PackLimits.DEFAULT),
                Reason.MALFORMED,
                "file is not allowed");
    }
}

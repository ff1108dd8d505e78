package io.espalier.orchestrator.source.svn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.Credential;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.protocol.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source behind Apache and TLS. */
class SvnHttpsIT extends SvnContract {

    @TempDir
    private Path keys;

    private Apache server;
    private AddressGuard guard = LOCAL;
    private Optional<Path> trusted = Optional.empty();
    private Optional<String> secret = Optional.empty();

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Apache.isInstalled(), "Apache with mod_dav_svn is not installed (package libapache2-mod-svn)");
        certificate("server", "IP:127.0.0.1");
        certificate("other", "IP:127.0.0.1");
        trusted = Optional.of(keys.resolve("server.pem"));
        server = Apache.start(folder, keys.resolve("server.pem"), keys.resolve("server.key"), "");
    }

    private void certificate(String name, String subject) {
        SvnWorkshop.must(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=test",
                "-addext",
                "subjectAltName=" + subject,
                "-keyout",
                keys.resolve(name + ".key").toString(),
                "-out",
                keys.resolve(name + ".pem").toString());
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    String url() {
        return "https://127.0.0.1:" + server.port() + "/svn/repo";
    }

    @Override
    RemoteAccess access() {
        var credential = new Credential(
                "forge",
                "https://127.0.0.1:" + server.port() + "/",
                Optional.of("ann"),
                secret,
                Optional.empty(),
                Optional.empty(),
                trusted);
        return new RemoteAccess(Set.of("https"), guard, List.of(credential), TIMEOUT);
    }

    @Test
    void certificateThatIsNotBelievedIsRefused() throws Exception {
        workshop().write("a", "1").commit("First");
        for (Optional<Path> file : List.of(Optional.<Path>empty(), Optional.of(keys.resolve("other.pem")))) {
            trusted = file;
            try (SvnMirror mirror = mirror("trunk")) {
                assertRefused(mirror::look, Reason.CERTIFICATE_REFUSED, "https://127.0.0.1");
            }
        }
        trusted = Optional.of(keys.resolve("absent.pem"));
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.CERTIFICATE_REFUSED, "absent.pem");
        }
    }

    @Test
    void certificateOfAnotherNameIsRefused() throws Exception {
        workshop().write("a", "1").commit("First");
        server.close();
        certificate("named", "DNS:svn.example.net");
        trusted = Optional.of(keys.resolve("named.pem"));
        server = Apache.start(folder, keys.resolve("named.pem"), keys.resolve("named.key"), "");
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.CERTIFICATE_REFUSED, "127.0.0.1");
        }
    }

    @Test
    void serverThatAsksForASignInGetsTheOneOfItsCredential() throws Exception {
        workshop().write("a", "1").commit("First");
        server.close();
        String hash = SvnWorkshop.must("openssl", "passwd", "-apr1", "sesame");
        server = Apache.start(folder, keys.resolve("server.pem"), keys.resolve("server.key"), "ann:" + hash + "\n");
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.AUTH_FAILED, "");
        }
        secret = Optional.of("sesame2");
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.AUTH_FAILED, "");
        }
        secret = Optional.of("sesame");
        try (SvnMirror mirror = mirror("trunk")) {
            Commit commit = mirror.look();
            assertThat(commit.revision().id()).isEqualTo("r2");
            assertThat(mirror.look()).isEqualTo(commit);
        }
    }

    @Test
    void redirectIsNotFollowed() throws Exception {
        workshop().write("a", "1").commit("First");
        var spec = new SourceSpec.Svn("https://127.0.0.1:" + server.port() + "/moved", "trunk", Optional.empty());
        try (SvnMirror mirror = SvnMirror.open(NAME, spec, folder.resolve("other.git"), access(), PackLimits.DEFAULT)) {
            assertRefused(mirror::look, Reason.FETCH_FAILED, "moved");
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
    void addressThatIsNotAllowedIsNotSpokenTo() throws Exception {
        workshop().write("a", "1").commit("First");
        guard = new AddressGuard(true, false);
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.MALFORMED, "loopback");
        }
    }
}

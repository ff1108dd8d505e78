package io.espalier.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.agent.fs.BeneathFs;
import io.espalier.agent.testing.Machine;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.ScriptedHost;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.Reason;
import io.espalier.protocol.codec.Writer;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests that no honest orchestrator makes, under its good signature: its key was stolen, or it has a bug. */
class ForgedManifestTest {

    @TempDir
    private Path folder;

    private final Orchestrator orchestrator = new Orchestrator();
    private BeneathFs fs;
    private Machine machine;

    @BeforeEach
    void start() throws IOException {
        Path root = Files.createDirectories(folder.resolve("host"));
        Files.createDirectories(root.resolve("var/lib/espalier-agent"));
        Files.createDirectories(root.resolve("etc/app"));
        Files.writeString(Files.createDirectories(folder.resolve("outside/app")).resolve("app.conf"), "precious");
        fs = new BeneathFs(root);
        machine = Machine.boot(fs, new ScriptedHost(), MutableClock.fixed(), orchestrator);
    }

    @AfterEach
    void stop() {
        fs.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../outside/app/app.conf",
                "/etc/../../outside/motd",
                "/etc/app/../../../outside/app.conf",
                "/etc/./app.conf",
                "/etc//app.conf",
                "//etc/app.conf",
                "etc/app.conf",
                "../outside/app/app.conf",
                "/etc/app/..",
                "/etc/app/.",
                "/etc/app/",
                "/",
                "",
                " /etc/app.conf",
                "/etc/app\0.conf",
                "/etc/app\n.conf",
                "/etc/app\u001b[2J.conf",
                "/etc/app\u007f.conf",
                "/etc/app-e\u0301.conf"
            })
    void hostilePathsUnderAGoodSignatureAreRefused(String hostile) throws Exception {
        assertForgedIsRefused(hostile.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void pathsThatAreNoTextAreRefused() throws Exception {
        for (String bytes :
                List.of("/etc/\u00c0\u00af..", "/etc/\u00ff\u00fe", "/etc/\u00ed\u00a0\u0080", "/etc/\u00c0\u0080")) {
            assertForgedIsRefused(bytes.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void namesThatAreTooLongAreRefused() throws Exception {
        assertForgedIsRefused(("/etc/" + "a".repeat(201)).getBytes(StandardCharsets.UTF_8));
        assertForgedIsRefused("/abcdefgh".repeat(400).getBytes(StandardCharsets.UTF_8));
    }

    /** A manifest with other bytes in place of a path, signed like any other. */
    private void assertForgedIsRefused(byte[] hostile) throws Exception {
        List<SortedMap<String, String>> before = tree();
        Wanted wanted = Wanted.files("/harmless/path", "x");
        byte[] forged = replaced(
                orchestrator.sign(wanted.release()).manifestBytes(),
                new Writer().text("/harmless/path").toBytes(),
                new Writer().bytes(hostile).toBytes());
        ApplyOutcome outcome = machine.apply(signed(forged), wanted.blobs());
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ApplyOutcome.Rejected.class,
                        refused -> assertThat(refused.reason()).isIn(Reason.MALFORMED, Reason.PATH_REFUSED));
        assertThat(tree()).isEqualTo(before);
    }

    private static byte[] replaced(byte[] bytes, byte[] what, byte[] by) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String old = new String(what, StandardCharsets.ISO_8859_1);
        assertThat(text).containsOnlyOnce(old);
        return text.replace(old, new String(by, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
    }

    private SignedManifest signed(byte[] manifest) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(orchestrator.keys().getPrivate());
        signer.update("espalier manifest 1\n".getBytes(StandardCharsets.US_ASCII));
        signer.update(manifest);
        return new SignedManifest(manifest, signer.sign());
    }

    /** Of the host, and of what lies beside it. */
    private List<SortedMap<String, String>> tree() throws IOException {
        return List.of(DiskWorld.tree(folder.resolve("host")), DiskWorld.tree(folder.resolve("outside")));
    }
}

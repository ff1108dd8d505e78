package io.espalier.orchestrator.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {

    /** Made by {@code ssh-keygen}, of which the fingerprint is also. */
    private static final String PUBLIC =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA8dsxuFm+9fQ/f72V30bB3SGoAWnmJcARvsDElq8Oc6";

    private static final String FINGERPRINT = "SHA256:nMUWZQ55UNOJLEpXuOqeYg4+kByapulKnU0tBEbwpQ8";

    @TempDir
    Path folder;

    @Test
    void fingerprintIsWhatSshKeygenPrints() {
        assertThat(HostKey.parse(PUBLIC + " a comment").fingerprint()).isEqualTo(FINGERPRINT);
        assertThat(HostKey.parse(PUBLIC).line()).isEqualTo(PUBLIC);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ssh-ed25519",
                "ssh-ed25519 !!!",
                "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA8dsxuFm+9fQ/f72V30bB3SGoAWnmJcARvsDElq8Oc6",
                "ssh-ed25519 AAAAAAAAAAAAAAAAAAAA"
            })
    void whatIsNoKeyIsRefused(String line) {
        assertThatThrownBy(() -> HostKey.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host key");
    }

    @Test
    void deployKeyIsMadeOnceAndOnlyItsOwnerMayReadIt() throws IOException {
        DeployKey made = DeployKey.in(folder.resolve("keys"));
        DeployKey again = DeployKey.in(folder.resolve("keys"));
        assertThat(again.publicLine()).isEqualTo(made.publicLine()).startsWith("ssh-ed25519 AAAA");
        Path file = folder.resolve("keys/deploy_ed25519");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(folder.resolve("keys/deploy_ed25519.pub")).strip())
                .isEqualTo(made.publicLine());
        assertThat(Files.exists(folder.resolve("keys/deploy_ed25519.new"))).isFalse();
    }

    @Test
    void deployKeyThatOthersMayReadIsNotUsed() throws IOException {
        DeployKey.in(folder);
        Files.setPosixFilePermissions(folder.resolve("deploy_ed25519"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> DeployKey.in(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("rw-r--r--");
    }

    @Test
    void privateKeyIsReadAsItWasWritten() throws IOException {
        KeyPair pair = OpenSshKeys.generate();
        KeyPair read = OpenSshKeys.readPrivate(OpenSshKeys.writePrivate(pair, "a comment"), new char[0]);
        assertThat(HostKey.of(read.getPublic())).isEqualTo(HostKey.of(pair.getPublic()));
        assertThat(seed(read)).isEqualTo(seed(pair));
    }

    /** The last 32 bytes of the PKCS#8 form; what stands before them may be of another version. */
    private static byte[] seed(KeyPair pair) {
        byte[] encoded = pair.getPrivate().getEncoded();
        return java.util.Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    }

    @Test
    void loginsDoNotShowTheirSecrets() {
        assertThat(new Login.Password("horse").toString()).doesNotContain("horse");
        assertThat(DeployKey.in(folder.resolve("k")).login().toString()).isEqualTo("Key[*****]");
    }

    @Test
    void trustIsReadFromALine() {
        assertThat(HostKeys.Trust.parse(PUBLIC).pinned()).containsExactly(HostKey.parse(PUBLIC));
        assertThat(HostKeys.Trust.parse("@cert-authority " + PUBLIC).authorities())
                .containsExactly(HostKey.parse(PUBLIC));
        assertThat(HostKeys.Trust.NONE.isNone()).isTrue();
    }
}

package io.espalier.orchestrator.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key files go back and forth between us and OpenSSH. */
class KeyFileIT {

    @TempDir
    Path folder;

    @Test
    void sshKeygenReadsTheDeployKey() {
        DeployKey key = DeployKey.in(folder);
        Ran ran = keygen("-y", "-f", folder.resolve("deploy_ed25519").toString());
        assertThat(key.publicLine()).startsWith(ran.output());
    }

    @Test
    void keysOfSshKeygenAreRead() throws IOException {
        for (String type : List.of("ed25519", "ecdsa", "rsa")) {
            Path file = folder.resolve(type);
            keygen("-q", "-t", type, "-N", "", "-f", file.toString());
            var pair = OpenSshKeys.readPrivate(Files.readString(file), new char[0]);
            assertThat(HostKey.of(pair.getPublic()))
                    .isEqualTo(HostKey.parse(Files.readString(folder.resolve(type + ".pub"))));
        }
    }

    @Test
    void keyWithAPassphraseIsReadWithIt() throws IOException {
        Path file = folder.resolve("locked");
        keygen("-q", "-t", "ed25519", "-N", "open sesame", "-f", file.toString());
        var pair = OpenSshKeys.readPrivate(Files.readString(file), "open sesame".toCharArray());
        assertThat(HostKey.of(pair.getPublic()))
                .isEqualTo(HostKey.parse(Files.readString(folder.resolve("locked.pub"))));
    }

    private static Ran keygen(String... arguments) {
        var command = new java.util.ArrayList<>(List.of("ssh-keygen"));
        command.addAll(List.of(arguments));
        Ran ran = Ran.of(Duration.ofSeconds(30), command.toArray(String[]::new));
        assertThat(ran.status()).as(ran.output()).isZero();
        return ran;
    }
}

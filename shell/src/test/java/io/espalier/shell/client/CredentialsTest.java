package io.espalier.shell.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
    @TempDir
    Path home;

    @Test
    void whatIsStoredIsFoundAgainAndForTheOwnerOnly() throws IOException {
        var credentials = Credentials.of(Map.of(), home);
        var target = new Target(URI.create("http://a:1"), "t=1");

        credentials.store(new Target(URI.create("http://old:1"), "old"));
        credentials.store(target);

        assertThat(Credentials.of(Map.of(), home).load()).contains(target);
        Path file = home.resolve(".config/espalier/credentials");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(credentials.isExposed()).isFalse();
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void widerRightsAreNoticed() throws IOException {
        var credentials = Credentials.of(Map.of(), home);
        assertThat(credentials.isExposed()).isFalse();
        credentials.store(new Target(URI.create("http://a:1"), "t"));

        Files.setPosixFilePermissions(credentials.file(), PosixFilePermissions.fromString("rw-r-----"));

        assertThat(credentials.isExposed()).isTrue();
    }

    @Test
    void configurationFolderIsWhereXdgSays() {
        assertThat(Credentials.of(Map.of("XDG_CONFIG_HOME", "/x"), home).file())
                .isEqualTo(Path.of("/x/espalier/credentials"));
        assertThat(Credentials.of(Map.of("XDG_CONFIG_HOME", "relative"), home).file())
                .startsWithRaw(home);
    }

    @Test
    void nothingStoredIsNoError() {
        assertThat(Credentials.of(Map.of(), home).load()).isEmpty();
    }

    @Test
    void fileThatCannotBeReadIsAnErrorAndNotAnAbsence() throws IOException {
        var credentials = Credentials.of(Map.of(), home);
        Files.createDirectories(credentials.file());

        assertThatThrownBy(credentials::load).isInstanceOf(UncheckedIOException.class);
    }
}

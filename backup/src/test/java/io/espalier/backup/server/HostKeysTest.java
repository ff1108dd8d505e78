package io.espalier.backup.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.HostKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKeysTest {
    private static final HostKey KEY = HostKey.ofToken("a-token-that-is-long");

    @TempDir
    Path folder;

    @Test
    void changesOfTheFileCountAtOnce() throws IOException {
        Path file = folder.resolve("hosts");
        HostKeys hosts = HostKeys.file(file);
        assertThat(hosts.of(new Auid("web-1"))).isEmpty();
        Files.writeString(file, "# hosts\n\nweb-1 " + KEY.hex() + "\n");
        assertThat(hosts.of(new Auid("web-1"))).contains(KEY);
        assertThat(hosts.of(new Auid("web-2"))).isEmpty();
        Files.writeString(file, "");
        assertThat(hosts.of(new Auid("web-1"))).isEmpty();
    }

    @Test
    void fileWithAWrongLineLetsNobodyIn() throws IOException {
        Path file = Files.writeString(folder.resolve("hosts"), "web-1 " + KEY.hex() + "\nweb-2\n");
        assertThat(HostKeys.file(file).of(new Auid("web-1"))).isEmpty();
    }
}

package io.espalier.backup.server;

import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.HostKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Which hosts may add objects. Asked again for every object, so that a host that was taken off is off at once. */
public interface HostKeys {
    Optional<HostKey> of(Auid auid);

    /**
     * A file with a line a host, {@code AUID KEY}, the key being the SHA-256 of its token in hexadecimal digits; blank
     * lines and lines with {@code #} do not count. Read anew for every question; a file that cannot be read or has a
     * wrong line lets nobody in.
     */
    static HostKeys file(Path file) {
        return auid -> {
            try {
                return Optional.ofNullable(read(file).get(auid));
            } catch (IOException | IllegalArgumentException e) {
                return Optional.empty();
            }
        };
    }

    private static Map<Auid, HostKey> read(Path file) throws IOException {
        var keys = new HashMap<Auid, HostKey>();
        for (String line : Files.readAllLines(file)) {
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                int space = text.indexOf(' ');
                keys.put(new Auid(text.substring(0, Math.max(space, 0))), HostKey.parse(text.substring(space + 1)));
            }
        }
        return keys;
    }
}

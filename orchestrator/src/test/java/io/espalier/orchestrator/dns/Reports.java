package io.espalier.orchestrator.dns;

import io.espalier.protocol.wire.Facts;
import io.espalier.protocol.wire.Message;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What agents say in tests. */
final class Reports {

    private Reports() {}

    static Message.Status status(Instant now, String... addresses) {
        var facts = new Facts(
                "h", 2, 1L << 30, "Debian", "6.1", "amd64", List.of(new Facts.Interface("eth0", List.of(addresses))));
        return new Message.Status(Optional.empty(), 1, false, Optional.empty(), 0, now, now, facts);
    }
}

package io.espalier.protocol.release;

import io.espalier.protocol.Auid;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import java.time.Duration;
import java.time.Instant;

/**
 * A release addressed to one agent.
 *
 * @param auid the only agent that may apply it
 * @param number grows with every manifest that the orchestrator signs for this agent
 * @param kind why it was sent
 * @param issuedAt by the orchestrator's clock
 * @param confirmWithin after the switch, the agent goes back by itself unless it is confirmed within this time over a
 *     fresh connection; zero where no confirmation is asked for
 * @param release what the host should hold
 */
public record Manifest(Auid auid, long number, Kind kind, Instant issuedAt, Duration confirmWithin, Release release) {

    /** Why a manifest was sent. Only {@link #ROLLBACK} may carry a release that was replaced before. */
    public enum Kind {
        DEPLOY,
        HEAL,
        ROLLBACK
    }

    public Manifest {
        if (number < 1) {
            throw new IllegalArgumentException("number: " + number + " (expected: >= 1)");
        }
    }

    public byte[] encode() {
        var out = new Writer();
        ReleaseFormat.write(out, this);
        return out.toBytes();
    }

    /** @throws io.espalier.protocol.codec.MalformedException if {@code bytes} are not a manifest of a known version */
    public static Manifest decode(byte[] bytes) {
        var in = new Reader(bytes);
        Manifest manifest = ReleaseFormat.readManifest(in);
        in.end();
        return manifest;
    }
}

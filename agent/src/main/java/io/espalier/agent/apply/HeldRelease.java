package io.espalier.agent.apply;

import io.espalier.protocol.Digest;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;

/**
 * A release that was accepted.
 *
 * @param number of its manifest
 * @param manifest names the blob with the signed manifest
 */
record HeldRelease(long number, ReleaseId id, Digest manifest) {

    static void write(Writer out, HeldRelease held) {
        out.number(held.number).digest(held.id.digest()).digest(held.manifest);
    }

    static HeldRelease read(Reader in) {
        return new HeldRelease(in.number(), new ReleaseId(in.digest()), in.digest());
    }
}

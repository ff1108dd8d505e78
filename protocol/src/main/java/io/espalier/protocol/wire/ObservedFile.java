package io.espalier.protocol.wire;

import io.espalier.protocol.Digest;
import java.util.Optional;

/**
 * What is at a path now.
 *
 * @param kind what it is; only files have content that can be compared
 * @param content digest of a file's bytes; empty for anything else
 */
public record ObservedFile(
        String path, Kind kind, Optional<Digest> content, long size, int mode, String owner, String group) {

    /** What can be found at a path. */
    public enum Kind {
        FILE,
        FOLDER,
        LINK,
        OTHER
    }
}

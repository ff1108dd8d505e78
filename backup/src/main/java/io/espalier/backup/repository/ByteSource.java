package io.espalier.backup.repository;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Something that is backed up as one stream of bytes, such as the dump of a database. Used once, by one thread: first
 * {@link #writeTo}, then {@link #verdict}.
 */
public interface ByteSource {

    /** The file name that the stream has in the snapshot, such as {@code dump.sql}; no slash, not {@code .} or {@code ..}. */
    String name();

    /**
     * Writes the whole stream. An exception of {@code out} passes through as it is.
     *
     * @throws IOException if it cannot be written to its end; the snapshot is then not good
     */
    void writeTo(OutputStream out) throws IOException, InterruptedException;

    /** Whether what was written is whole. Asked after {@link #writeTo} came back, and only then. */
    Verdict verdict();
}

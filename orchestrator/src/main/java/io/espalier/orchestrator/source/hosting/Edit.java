package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Revision;

/**
 * A file as somebody wants it in a hosted repository.
 *
 * @param path of a file that is there, or of a new one
 * @param text its whole content
 * @param base the revision that they had before them when they began
 * @param message of the commit
 * @param author the name of the user
 */
public record Edit(String path, String text, Revision base, String message, String author) {

    /** Of a file that can be edited here, in bytes. */
    public static final int MAX_TEXT = 256 << 10;

    /** In characters. */
    public static final int MAX_MESSAGE = 5_000;
}

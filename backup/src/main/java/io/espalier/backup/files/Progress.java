package io.espalier.backup.files;

/** Follows a long run. Called from one thread, often; must come back at once. */
@FunctionalInterface
public interface Progress {

    /** Nobody looks. */
    Progress NONE = (entries, bytes, path) -> {};

    /**
     * @param entries done so far
     * @param bytes of content done so far, unchanged ones included
     * @param path what is being worked on, as people see it
     */
    void at(long entries, long bytes, String path);
}

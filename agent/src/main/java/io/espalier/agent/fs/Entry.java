package io.espalier.agent.fs;

/**
 * What is at a path.
 *
 * @param device of the file system that holds it
 * @param inode its number there
 * @param size in bytes
 * @param mode permission bits, set-id and sticky bits included
 * @param modified when its bytes last changed, in nanoseconds since 1970 UTC by the file system's clock
 * @param changed the same for its bytes or attributes; cannot be set by a program
 */
public record Entry(
        Kind kind, long device, long inode, long size, int mode, int uid, int gid, long modified, long changed) {

    /** In place of a user or group number: leave it as the kernel makes it. */
    public static final int UNCHANGED = -1;

    /** What can be at a path. */
    public enum Kind {
        FILE,
        FOLDER,
        LINK,
        OTHER
    }

    public boolean isFile() {
        return kind == Kind.FILE;
    }

    public boolean isFolder() {
        return kind == Kind.FOLDER;
    }
}

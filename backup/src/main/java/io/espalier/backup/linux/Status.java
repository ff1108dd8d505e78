package io.espalier.backup.linux;

/**
 * What the kernel says about a file.
 *
 * @param device of the file system, major number in the upper half
 * @param blocks of 512 bytes that it takes
 * @param mode type and permission bits
 * @param special for a device: its number, major in the upper half
 */
public record Status(
        int mode,
        int uid,
        int gid,
        int links,
        long inode,
        long device,
        long size,
        long blocks,
        long changedSeconds,
        int changedNanos,
        long modifiedSeconds,
        int modifiedNanos,
        long special) {

    public static final int TYPE = 0170000;
    public static final int SOCKET = 0140000;
    public static final int LINK = 0120000;
    public static final int FILE = 0100000;
    public static final int BLOCK = 0060000;
    public static final int FOLDER = 0040000;
    public static final int CHARACTER = 0020000;
    public static final int FIFO = 0010000;

    public int type() {
        return mode & TYPE;
    }

    public boolean isFile() {
        return type() == FILE;
    }

    public boolean isFolder() {
        return type() == FOLDER;
    }

    /** Permission bits with set-user-id and the like. */
    public int permissions() {
        return mode & 07777;
    }

    /** True if nothing says that the content is another. */
    public boolean hasSameContentAs(Status other) {
        return inode == other.inode
                && device == other.device
                && size == other.size
                && modifiedSeconds == other.modifiedSeconds
                && modifiedNanos == other.modifiedNanos
                && changedSeconds == other.changedSeconds
                && changedNanos == other.changedNanos;
    }
}

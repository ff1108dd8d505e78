package io.espalier.backup.linux;

import java.io.IOException;

/** A system call failed. The message names what was tried, the path and the kernel's reason. */
public final class LinuxException extends IOException {

    private static final long serialVersionUID = 1L;

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int ERANGE = 34;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int ENODATA = 61;
    public static final int EOPNOTSUPP = 95;
    public static final int EDQUOT = 122;

    private final int error;

    public LinuxException(String operation, String shownPath, int error) {
        super(operation + " " + shownPath + ": " + words(error));
        this.error = error;
    }

    /** The kernel's error number. */
    public int error() {
        return error;
    }

    private static String words(int error) {
        return switch (error) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or folder";
            case EIO -> "input/output error";
            case EACCES -> "permission denied";
            case EEXIST -> "is already there";
            case EXDEV -> "leads outside the folder";
            case ENOTDIR -> "not a folder";
            case EISDIR -> "is a folder";
            case EINVAL -> "invalid argument";
            case ENOSPC -> "no space left";
            case EROFS -> "mounted read-only";
            case ENAMETOOLONG -> "name too long";
            case ENOTEMPTY -> "folder not empty";
            case ELOOP -> "a link is on the way";
            case EOPNOTSUPP -> "not supported there";
            case EDQUOT -> "quota exceeded";
            default -> "error " + error;
        };
    }
}

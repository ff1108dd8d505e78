package io.espalier.agent.fs;

import java.io.IOException;

/** The disk would not do what it was asked; {@link #kind()} says why, the message names operation and path. */
public final class FsException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Kind {
        NOT_FOUND,
        EXISTS,
        /** A folder on the way is a link. */
        LINK_IN_PATH,
        /** Something on the way is no folder. */
        NOT_A_FOLDER,
        /** A folder where a file is wanted, or no regular file where one is. */
        NOT_A_FILE,
        NOT_EMPTY,
        NO_SPACE,
        READ_ONLY,
        DENIED,
        /** The device failed, or anything else. */
        FAILED
    }

    private final Kind kind;

    public FsException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}

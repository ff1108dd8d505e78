package io.espalier.agent.apply;

import io.espalier.agent.fs.FsException;
import io.espalier.protocol.Reason;
import java.io.IOException;

/** An apply cannot go on; {@link #reason()} says why, the message is for people. */
public final class Failure extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    Failure(Reason reason, String detail) {
        super(detail);
        this.reason = reason;
    }

    /** What an I/O error means for an apply. */
    static Failure of(IOException e) {
        String detail = e.getMessage() == null ? e.toString() : e.getMessage();
        if (!(e instanceof FsException disk)) {
            return new Failure(Reason.IO_ERROR, detail);
        }
        return new Failure(
                switch (disk.kind()) {
                    case NO_SPACE -> Reason.DISK_FULL;
                    case READ_ONLY -> Reason.READ_ONLY;
                    case LINK_IN_PATH, NOT_A_FOLDER, NOT_A_FILE -> Reason.PATH_REFUSED;
                    case NOT_FOUND, EXISTS, NOT_EMPTY, DENIED, FAILED -> Reason.IO_ERROR;
                },
                detail);
    }

    public Reason reason() {
        return reason;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}

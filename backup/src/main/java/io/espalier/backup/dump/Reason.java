package io.espalier.backup.dump;

/** Why there is no dump. The same word in the report, the log and docs/spec/dump.md. */
public enum Reason {
    /** The program is not installed, or may not be run. */
    TOOL_MISSING,
    /** A program ended with a status other than 0. */
    TOOL_FAILED,
    /** A program was ended by a signal. */
    TOOL_KILLED,
    /** A program said something on standard error that the specification does not name as harmless. */
    TOOL_WARNED,
    /** Nothing came for the idle limit, or all of it took longer than the total limit. */
    TIMED_OUT,
    /** The server cannot be reached, or ended the connection in the middle. */
    UNREACHABLE,
    /** The server does not accept the name or the password. */
    NOT_SIGNED_IN,
    /** The account lacks a right, so part of the data would be missing. */
    NO_RIGHTS,
    /** Not a single byte came. */
    EMPTY,
    /** Fewer bytes than the specification expects. */
    TOO_SMALL,
    /** More bytes than the limit. */
    TOO_LARGE,
    /** The end is missing: trailer, end mark, announced length, or an open statement. */
    TRUNCATED,
    /** It is all there, but it does not parse or its checksum is wrong. */
    DAMAGED,
    /** A table that the server has is not in the dump, or a count does not agree. */
    INCOMPLETE,
    /** The schema changed while the dump ran. */
    CHANGED_MEANWHILE,
    /** The dump could not show one point in time: non-transactional tables, or a replica without its master. */
    NOT_CONSISTENT,
    /** The program that the specification names for checking the dump did not accept it. */
    NOT_ACCEPTED,
    /** The spool's file system is full. */
    SPOOL_FULL,
    /** The spool cannot be written or read back, or gives other bytes than were written. */
    SPOOL_FAILED,
    /** The run was ended from outside. */
    INTERRUPTED
}

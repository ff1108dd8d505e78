package io.espalier.backup.dump;

/** How a dump ended. There is no third ending. */
public sealed interface DumpVerdict {
    /** Everything in {@code record} was checked and holds. */
    record Ok(VerifyRecord record) implements DumpVerdict {}

    /**
     * There is no dump.
     *
     * @param detail one line for a person, without secrets; the program's own words where it has any
     */
    record Failed(Reason reason, String detail) implements DumpVerdict {}
}

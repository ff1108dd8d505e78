package io.espalier.backup.dump;

/** Ends a dump; {@link Dumps} turns it into a {@link DumpVerdict.Failed}. */
final class DumpException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int LONGEST = 400;

    private final Reason reason;

    DumpException(Reason reason, String detail) {
        super(oneLine(detail));
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }

    /** Messages of programs go into reports and logs: no line breaks, no escape sequences. */
    private static String oneLine(String text) {
        String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
    }
}

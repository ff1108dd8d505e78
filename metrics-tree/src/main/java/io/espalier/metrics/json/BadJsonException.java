package io.espalier.metrics.json;

/** What was pushed is not a tree in JSON. */
public final class BadJsonException extends Exception {
    private static final long serialVersionUID = 1;

    private final int offset;

    public BadJsonException(String what, int offset) {
        super(what + " at byte " + (offset + 1), null, false, false);
        this.offset = offset;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** From 0, in what was being read. */
    public int offset() {
        return offset;
    }
}

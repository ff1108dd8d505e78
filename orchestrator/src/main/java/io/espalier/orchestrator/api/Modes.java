package io.espalier.orchestrator.api;

/** Permission bits as people write them. */
final class Modes {

    private Modes() {}

    /** {@code 0644} */
    static String octal(int mode) {
        String digits = Integer.toOctalString(mode);
        return "0".repeat(Math.max(0, 4 - digits.length())) + digits;
    }
}

package io.espalier.orchestrator.source.git;

/** Sizes as people read them. */
final class Sizes {

    private Sizes() {}

    /** {@code 256 MB}, {@code 16 kB} (powers of 1,024, whole units only), else {@code 1234 bytes}. */
    static String text(long bytes) {
        if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) {
            return (bytes >> 20) + " MB";
        }
        if (bytes >= 1 << 10 && bytes % (1 << 10) == 0) {
            return (bytes >> 10) + " kB";
        }
        return bytes + " bytes";
    }
}

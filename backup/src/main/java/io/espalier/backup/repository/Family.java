package io.espalier.backup.repository;

/** Chunks of a family share packs, so that whoever browses lists of files reads no content. */
public enum Family {
    CONTENT(16 << 20, 2),
    LISTING(4 << 20, 1);

    private final int packSize;
    private final int uploads;

    Family(int packSize, int uploads) {
        this.packSize = packSize;
        this.uploads = uploads;
    }

    /** How long the chunks of one pack are together, at most; in bytes. */
    int packSize() {
        return packSize;
    }

    /** How many packs may be on their way at the same time while the next one is filled. */
    int uploads() {
        return uploads;
    }
}

package io.espalier.backup.repository;

/** Whether what a source gave is a backup that can be relied on. Only {@link Ok} makes a snapshot good. */
public sealed interface Verdict {

    /** @param proof what was checked, such as {@code exit 0, trailer, 4 tables parsed} */
    record Ok(String proof) implements Verdict {}

    /**
     * @param reason a constant in {@code UPPER_SNAKE}, the same word everywhere
     * @param detail a sentence for a person, without secrets
     */
    record Failed(String reason, String detail) implements Verdict {}

    default boolean isOk() {
        return this instanceof Ok;
    }
}

package io.espalier.backup.repository;

/**
 * A keeper's word that it holds an object durably.
 *
 * @param size of the object, in bytes
 * @param keeper who says so, such as the id of a server
 * @param signature over the above in the transport's own form, in base64; empty if the keeper is this process
 */
public record Receipt(ObjectName name, long size, String keeper, String signature) {
    public Receipt {
        if (size < 0) {
            throw new IllegalArgumentException("size: " + size + " (expected: at least 0)");
        }
    }
}

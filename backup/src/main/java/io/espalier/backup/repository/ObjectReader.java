package io.espalier.backup.repository;

import io.espalier.backup.repository.ObjectName.Kind;
import java.util.List;
import java.util.Optional;

/** Where objects can be read from. Safe for all threads. */
public interface ObjectReader {

    /**
     * A whole object, checked against its name.
     *
     * @throws StoreException {@code NOT_FOUND}, {@code DAMAGED} if the bytes do not have that name, or another reason
     */
    byte[] get(ObjectName name) throws StoreException;

    /**
     * A part of an object; not checked against the name, since that takes the whole. What is in a pack carries its own
     * proof.
     *
     * @throws StoreException {@code NOT_FOUND}, {@code DAMAGED} if the object ends before, or another reason
     */
    byte[] range(ObjectName name, long offset, int length) throws StoreException;

    /** How long an object is, in bytes; empty if there is none. */
    Optional<Long> size(ObjectName name) throws StoreException;

    /** All objects of a kind, sorted. Every object whose {@code put} returned before the call is among them. */
    List<ObjectName> list(Kind kind) throws StoreException;
}

package io.espalier.backup.repository;

import java.nio.ByteBuffer;

/**
 * A place that keeps immutable objects. Safe for all threads. Whoever may only add to a repository is handed an
 * {@link ObjectReader} and an {@link ObjectSink} instead.
 */
public interface ObjectStore extends ObjectReader {

    /**
     * Keeps an object. When it returns, the object is there under its name, whole, and stays so through a power cut. To
     * put what is already there changes nothing. Other bytes under that name are never overwritten.
     *
     * @param content left as it is
     * @throws StoreException {@code DAMAGED} if {@code content} does not have that name, or what is there does not;
     *     after any exception the object may or may not be there, but if it is, it is whole
     */
    void put(ObjectName name, ByteBuffer content) throws StoreException;

    /** Removes an object for good; nothing happens if there is none. */
    void delete(ObjectName name) throws StoreException;
}

package io.espalier.backup.repository;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The few things that {@link LocalObjectStore} asks of a disk, apart so that tests can forget what was not synced and
 * fail any of them. Nothing is durable before it is synced: bytes by {@link #sync}, names by {@link #syncFolder}.
 */
interface Disk {

    boolean isFolder(Path folder);

    /** Makes a folder in one that is there, mode 0700; nothing happens if it is there. Its name is not durable yet. */
    void makeFolder(Path folder) throws IOException;

    /** Writes a new file, mode 0600. */
    void write(Path file, ByteBuffer content) throws IOException;

    void sync(Path file) throws IOException;

    void syncFolder(Path folder) throws IOException;

    /** In one step, in place of what is there. */
    void rename(Path from, Path to) throws IOException;

    /** Nothing happens if it is missing. */
    void delete(Path file) throws IOException;

    byte[] read(Path file) throws IOException;

    /** As many bytes as there are from {@code offset} on, {@code length} at most. */
    byte[] read(Path file, long offset, int length) throws IOException;

    /** Of a regular file; -1 if there is none. */
    long size(Path file) throws IOException;

    /** The names in a folder; none if it is missing. */
    List<String> list(Path folder) throws IOException;
}

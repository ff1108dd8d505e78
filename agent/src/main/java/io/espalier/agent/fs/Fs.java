package io.espalier.agent.fs;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Operations on the files beneath a root. Every path is absolute in normal form and is taken beneath the root; a link
 * anywhere in it is never followed but ends in {@link FsException.Kind#LINK_IN_PATH}. The last name may itself be a
 * link only where a method says so.
 *
 * <p>Nothing is durable before it is synced: the bytes of a file by {@link #sync} of it, its name by
 * {@link #syncFolder} of the folder, both by {@link #syncFilesystem}. A sync that failed must not be repeated for the
 * same bytes, since the kernel may have dropped them.
 */
public interface Fs {

    /**
     * What is at {@code path}, a link itself included; empty if nothing is there or a folder on the way is missing.
     *
     * @throws FsException {@code LINK_IN_PATH}, {@code NOT_A_FOLDER} if the way is barred
     */
    Optional<Entry> look(String path) throws FsException;

    /** Opens a regular file to read; never blocks on anything else. */
    InputStream open(String path) throws FsException;

    /** Makes a new file that did not exist. {@code uid} and {@code gid} may be {@link Entry#UNCHANGED}. */
    OutputStream create(String path, int mode, int uid, int gid) throws FsException;

    /** Appends to a file, which is made with mode 0600 if it is missing. */
    void append(String path, byte[] bytes) throws FsException;

    /** Cuts a file off behind {@code size} bytes. */
    void truncate(String path, long size) throws FsException;

    /** The names in a folder, sorted. */
    List<String> list(String folder) throws FsException;

    /** Makes one folder, owned by the agent. */
    void makeFolder(String path, int mode) throws FsException;

    /** Puts what is at {@code from} at {@code to} in one step, in place of a file or link that is there. */
    void rename(String from, String to) throws FsException;

    /** Removes a file or a link. */
    void remove(String path) throws FsException;

    /** Removes an empty folder. */
    void removeFolder(String path) throws FsException;

    /** Makes a link. {@code uid} and {@code gid} may be {@link Entry#UNCHANGED}. */
    void makeLink(String path, String target, int uid, int gid) throws FsException;

    /** Where the link at {@code path} points to. */
    String readLink(String path) throws FsException;

    /** Makes the bytes of a file durable. */
    void sync(String path) throws FsException;

    /** Makes the names in a folder durable. */
    void syncFolder(String folder) throws FsException;

    /** Makes everything on the file system that holds {@code folder} durable. */
    void syncFilesystem(String folder) throws FsException;

    /** What is left on the file system that holds {@code folder}. */
    Space space(String folder) throws FsException;

    /** The folder that holds {@code path}; {@code /} for what lies right beneath the root. */
    static String folderOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The path of {@code name} in {@code folder}. */
    static String in(String folder, String name) {
        return folder.equals("/") ? "/" + name : folder + "/" + name;
    }
}

package io.espalier.agent.testing;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import io.espalier.agent.fs.Space;
import io.espalier.agent.testing.MemoryFs.Hook;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** A disk that calls a hook before each change, with the words that {@link MemoryFs} uses. */
public class HookedFs implements Fs {

    private final Fs real;
    private final Hook hook;

    public HookedFs(Fs real, Hook hook) {
        this.real = real;
        this.hook = hook;
    }

    @Override
    public Optional<Entry> look(String path) throws FsException {
        return real.look(path);
    }

    @Override
    public InputStream open(String path) throws FsException {
        return real.open(path);
    }

    @Override
    public OutputStream create(String path, int mode, int uid, int gid) throws FsException {
        hook.before("create " + path);
        OutputStream out = real.create(path, mode, uid, gid);
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                hook.before("write " + path);
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    @Override
    public void append(String path, byte[] bytes) throws FsException {
        if (hook.before("append " + path)) {
            real.append(path, bytes);
        }
    }

    @Override
    public void truncate(String path, long size) throws FsException {
        if (hook.before("truncate " + path)) {
            real.truncate(path, size);
        }
    }

    @Override
    public List<String> list(String folder) throws FsException {
        return real.list(folder);
    }

    @Override
    public void makeFolder(String path, int mode) throws FsException {
        if (hook.before("make folder " + path)) {
            real.makeFolder(path, mode);
        }
    }

    @Override
    public void rename(String from, String to) throws FsException {
        if (hook.before("rename " + from + " to " + to)) {
            real.rename(from, to);
        }
    }

    @Override
    public void remove(String path) throws FsException {
        if (hook.before("remove " + path)) {
            real.remove(path);
        }
    }

    @Override
    public void removeFolder(String path) throws FsException {
        if (hook.before("remove folder " + path)) {
            real.removeFolder(path);
        }
    }

    @Override
    public void makeLink(String path, String target, int uid, int gid) throws FsException {
        if (hook.before("make link " + path)) {
            real.makeLink(path, target, uid, gid);
        }
    }

    @Override
    public String readLink(String path) throws FsException {
        return real.readLink(path);
    }

    @Override
    public void sync(String path) throws FsException {
        if (hook.before("sync " + path)) {
            real.sync(path);
        }
    }

    @Override
    public void syncFolder(String folder) throws FsException {
        if (hook.before("sync folder " + folder)) {
            real.syncFolder(folder);
        }
    }

    @Override
    public void syncFilesystem(String folder) throws FsException {
        if (hook.before("sync file system of " + folder)) {
            real.syncFilesystem(folder);
        }
    }

    @Override
    public Space space(String folder) throws FsException {
        return real.space(folder);
    }
}

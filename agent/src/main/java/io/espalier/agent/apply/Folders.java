package io.espalier.agent.apply;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What must be known of folders before files are put into them. */
final class Folders {

    private final Fs fs;

    Folders(Fs fs) {
        this.fs = fs;
    }

    /** Those of {@code folders} and of the folders around them that are not there, outer before inner. */
    List<String> missing(Collection<String> folders) throws FsException {
        var seen = new HashSet<String>();
        var missing = new ArrayList<String>();
        for (String folder : folders) {
            String at = folder;
            var inner = new ArrayList<String>();
            while (!at.equals("/") && seen.add(at)) {
                Optional<Entry> entry = fs.look(at);
                if (entry.isPresent()) {
                    if (!entry.get().isFolder()) {
                        // Opening it as a folder says what is wrong in the usual words.
                        fs.list(at);
                    }
                    break;
                }
                inner.add(at);
                at = Fs.folderOf(at);
            }
            Collections.reverse(inner);
            missing.addAll(inner);
        }
        return missing;
    }

    /** The nearest folder around or at {@code folder} that is there. */
    String existing(String folder) throws FsException {
        String at = folder;
        while (!at.equals("/") && fs.look(at).isEmpty()) {
            at = Fs.folderOf(at);
        }
        return at;
    }

    /** One existing folder for each file system that {@code folders} lie on, by its device number. */
    Map<Long, String> byDevice(Collection<String> folders) throws FsException {
        var byDevice = new HashMap<Long, String>();
        for (String folder : folders) {
            String there = existing(folder);
            Optional<Entry> entry = fs.look(there);
            entry.ifPresent(found -> byDevice.putIfAbsent(found.device(), there));
        }
        return byDevice;
    }

    void make(String folder) throws FsException {
        if (!folder.equals("/") && fs.look(folder).isEmpty()) {
            make(Fs.folderOf(folder));
            fs.makeFolder(folder, 0755);
        }
    }

    /** Removes a folder with all that is in it; fine if it is not there. */
    void removeTree(String folder) throws FsException {
        Optional<Entry> entry = fs.look(folder);
        if (entry.isEmpty()) {
            return;
        }
        if (!entry.get().isFolder()) {
            fs.remove(folder);
            return;
        }
        for (String name : fs.list(folder)) {
            removeTree(Fs.in(folder, name));
        }
        fs.removeFolder(folder);
    }
}

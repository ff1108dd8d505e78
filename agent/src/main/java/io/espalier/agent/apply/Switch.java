package io.espalier.agent.apply;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import io.espalier.agent.observe.DigestCache;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes the steps of a transition on disk, and takes them back. Forth: everything is written beside its place, synced
 * once for each file system, then renamed. Back: the same with what was there before. Going back may be done any
 * number of times, from any point of either way.
 */
final class Switch {

    private final Fs fs;
    private final BlobStore blobs;
    private final DigestCache digests;
    private final Folders folders;

    Switch(Fs fs, BlobStore blobs, DigestCache digests) {
        this.fs = fs;
        this.blobs = blobs;
        this.digests = digests;
        this.folders = new Folders(fs);
    }

    /** Puts everything in place and makes it durable. */
    void forth(long number, Transition transition) throws IOException, Failure {
        for (String folder : transition.newFolders()) {
            if (fs.look(folder).isEmpty()) {
                fs.makeFolder(folder, 0755);
            }
        }
        List<Step> steps = transition.steps();
        for (int i = 0; i < steps.size(); i++) {
            stage(steps.get(i).after(), transition.besides(number, i));
        }
        syncFilesystems(transition);
        refuseIfMoved(steps);
        for (int i = 0; i < steps.size(); i++) {
            putInPlace(steps.get(i).path(), steps.get(i).after(), transition.besides(number, i));
        }
        syncFolders(transition);
    }

    /** Whether anything else is in place than what was there before. */
    boolean isDisplaced(Transition transition) throws IOException {
        List<Step> steps = transition.steps();
        for (int i = 0; i < steps.size(); i++) {
            if (!isInPlace(steps.get(i).path(), steps.get(i).before())) {
                return true;
            }
        }
        return false;
    }

    /** Puts back what was there before, makes it durable and leaves nothing beside it. */
    void back(long number, Transition transition) throws IOException, Failure {
        List<Step> steps = transition.steps();
        var displaced = new ArrayList<Integer>();
        for (int i = 0; i < steps.size(); i++) {
            removeIfThere(transition.besides(number, i));
            if (!isInPlace(steps.get(i).path(), steps.get(i).before())) {
                displaced.add(i);
            }
        }
        for (int i : displaced) {
            if (!(steps.get(i).before() instanceof Image.Absent)) {
                folders.make(Fs.folderOf(steps.get(i).path()));
            }
            stage(steps.get(i).before(), transition.besides(number, i));
        }
        if (!displaced.isEmpty()) {
            syncFilesystems(transition);
        }
        for (int i : displaced) {
            putInPlace(steps.get(i).path(), steps.get(i).before(), transition.besides(number, i));
        }
        for (String folder : transition.newFolders().reversed()) {
            try {
                fs.removeFolder(folder);
            } catch (FsException e) {
                switch (e.kind()) {
                    case NOT_FOUND, NOT_EMPTY, NOT_A_FOLDER -> {} // gone, or somebody else uses it by now
                    default -> throw e;
                }
            }
        }
        syncFolders(transition);
    }

    private void stage(Image image, String besides) throws IOException, Failure {
        removeIfThere(besides);
        switch (image) {
            case Image.Absent() -> {}
            case Image.File(var content, var size, var mode, var uid, var gid) -> {
                try (OutputStream out = fs.create(besides, mode, uid, gid)) {
                    blobs.copyTo(content, size, out);
                }
            }
            case Image.Link(var target, var uid, var gid) -> fs.makeLink(besides, target, uid, gid);
        }
    }

    private void putInPlace(String path, Image image, String besides) throws IOException {
        switch (image) {
            case Image.Absent() -> removeIfThere(path);
            case Image.File _, Image.Link _ -> fs.rename(besides, path);
        }
    }

    private void removeIfThere(String path) throws FsException {
        Optional<Entry> entry = fs.look(path);
        if (entry.isPresent() && !entry.get().isFolder()) {
            fs.remove(path);
        }
    }

    /** Somebody may have written since the plan was made; what they wrote must not be lost. */
    private void refuseIfMoved(List<Step> steps) throws IOException, Failure {
        for (Step step : steps) {
            if (!isInPlace(step.path(), step.before())) {
                throw new Failure(Reason.HOST_MOVED, step.path() + ": changed while the release was being laid");
            }
        }
    }

    private boolean isInPlace(String path, Image image) throws IOException {
        Optional<Entry> found = fs.look(path);
        return switch (image) {
            case Image.Absent() -> found.isEmpty();
            case Image.Link(var target, var uid, var gid) ->
                found.isPresent()
                        && found.get().kind() == Entry.Kind.LINK
                        && found.get().uid() == uid
                        && found.get().gid() == gid
                        && fs.readLink(path).equals(target);
            case Image.File(var content, var size, var mode, var uid, var gid) ->
                found.isPresent()
                        && found.get().isFile()
                        && found.get().size() == size
                        && found.get().mode() == mode
                        && found.get().uid() == uid
                        && found.get().gid() == gid
                        && digests.digest(path, found.get()).equals(content);
        };
    }

    private void syncFilesystems(Transition transition) throws IOException {
        for (String folder : folders.byDevice(transition.folders()).values()) {
            fs.syncFilesystem(folder);
        }
    }

    private void syncFolders(Transition transition) throws IOException {
        for (String folder : transition.folders()) {
            if (fs.look(folder).isPresent()) {
                fs.syncFolder(folder);
            }
        }
    }
}

package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import io.espalier.agent.system.CommandResult;
import io.espalier.agent.system.HostSystem;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Unit;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Asks each unit's {@code validate} about the files as they will be: copies of all of the unit's files, changed or
 * not, laid out below a stage folder as below {@code /}. Touches nothing else.
 */
final class Validation {

    private final Fs fs;
    private final BlobStore blobs;
    private final HostSystem host;
    private final Map<String, String> placeholders;
    private final String stageFolder;
    private final String realRoot;
    private final Folders folders;

    /**
     * @param stageFolder beneath the root of {@code fs}; emptied afterwards
     * @param realRoot where that root really is; empty for {@code /}
     */
    Validation(
            Fs fs,
            BlobStore blobs,
            HostSystem host,
            Map<String, String> placeholders,
            String stageFolder,
            String realRoot) {
        this.fs = fs;
        this.blobs = blobs;
        this.host = host;
        this.placeholders = placeholders;
        this.stageFolder = stageFolder;
        this.realRoot = realRoot;
        this.folders = new Folders(fs);
    }

    void validate(long number, List<Unit> units, SortedMap<String, Planner.Wanted> wanted) throws IOException, Failure {
        for (Unit unit : units) {
            if (unit.validate().isEmpty()) {
                continue;
            }
            String stage = Fs.in(stageFolder, number + "-" + unit.name().replace('/', '_'));
            folders.removeTree(stage);
            try {
                lay(unit, wanted, stage);
                ask(unit, stage);
            } finally {
                clear();
            }
        }
    }

    /** Removes what a crash left. */
    void clear() {
        try {
            if (fs.look(stageFolder).isPresent()) {
                for (String name : fs.list(stageFolder)) {
                    folders.removeTree(Fs.in(stageFolder, name));
                }
            }
        } catch (FsException left) {
            // Of no harm; the next one clears it.
            return;
        }
    }

    private void lay(Unit unit, SortedMap<String, Planner.Wanted> wanted, String stage) throws IOException, Failure {
        folders.make(stage);
        if (unit.validate().orElseThrow().argv().stream().noneMatch(argument -> argument.contains("{stage}"))) {
            return;
        }
        for (FileEntry file : unit.files()) {
            Planner.Wanted known = wanted.get(file.path());
            if (known == null) {
                throw new Failure(Reason.INTERNAL, file.path() + ": not among the release's files");
            }
            Image.File image = known.file();
            String copy = stage + file.path();
            folders.make(Fs.folderOf(copy));
            try (OutputStream out = fs.create(copy, image.mode(), image.uid(), image.gid())) {
                if (blobs.has(image.content(), image.size())) {
                    blobs.copyTo(image.content(), image.size(), out);
                } else {
                    try (InputStream in = fs.open(file.path())) { // unchanged: the live file has it
                        in.transferTo(out);
                    }
                }
            }
        }
    }

    private void ask(Unit unit, String stage) throws Failure {
        var all = new HashMap<>(placeholders);
        all.put("{stage}", realRoot + stage);
        CommandResult result = host.run(unit.validate().orElseThrow(), all);
        if (!result.isGood()) {
            throw new Failure(
                    Reason.VALIDATE_FAILED,
                    "unit " + unit.name() + ": validate " + unit.validate().get() + ": "
                            + result.summary().replace(realRoot + stage, ""));
        }
    }
}

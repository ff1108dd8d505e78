package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;

/** Puts a folder's files into an empty repository as its first commit. */
final class FirstCommit {

    /** Fixed, so that the same files give the same commit id on every machine. */
    private static final PersonIdent AUTHOR =
            new PersonIdent("Espalier", "espalier@localhost", Instant.parse("2025-01-01T00:00:00Z"), ZoneOffset.UTC);

    private FirstCommit() {}

    static void write(Repository repository, Path folder) throws IOException {
        try (ObjectInserter inserter = repository.newObjectInserter()) {
            var commit = new CommitBuilder();
            commit.setTreeId(tree(inserter, folder));
            commit.setAuthor(AUTHOR);
            commit.setCommitter(AUTHOR);
            commit.setMessage("Start here\n");
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            RefUpdate main = repository.updateRef("refs/heads/main");
            main.setNewObjectId(id);
            RefUpdate.Result result = main.update();
            if (result != RefUpdate.Result.NEW) {
                throw new IOException("could not write refs/heads/main: " + result);
            }
        }
    }

    private static ObjectId tree(ObjectInserter inserter, Path folder) throws IOException {
        DirCache index = DirCache.newInCore();
        DirCacheBuilder builder = index.builder();
        for (Path file : files(folder)) {
            String path = folder.relativize(file).toString().replace('\\', '/');
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > Snapshot.MAX_FILE) {
                throw new SourceException(
                        Reason.MALFORMED, path + " is a link, not a plain file, or too large for a source");
            }
            var entry = new DirCacheEntry(path);
            entry.setFileMode(Files.isExecutable(file) ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE);
            entry.setObjectId(inserter.insert(Constants.OBJ_BLOB, Files.readAllBytes(file)));
            builder.add(entry);
        }
        builder.finish();
        return index.writeTree(inserter);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .filter(path -> !folder.relativize(path).startsWith(".git"))
                    .sorted()
                    .toList();
        }
    }
}

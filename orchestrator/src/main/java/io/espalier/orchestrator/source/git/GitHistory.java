package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.History;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jgit.blame.BlameGenerator;
import org.eclipse.jgit.diff.DiffEntry;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.errors.StopWalkException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.patch.FileHeader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.treewalk.AbstractTreeIterator;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.filter.AndTreeFilter;
import org.eclipse.jgit.treewalk.filter.PathFilterGroup;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** The commits behind one commit. */
final class GitHistory implements History {

    /** A page is waiting; what is not found by then is left open. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final int MAX_LOG = 200;
    private static final int MAX_FILES = 200;
    private static final int MAX_DIFF_FILE = 512 << 10;
    private static final int MAX_LINES = 400;
    private static final int MAX_MESSAGE = 10_000;

    private final SourceName source;
    private final Repository repository;
    private final ObjectId id;

    GitHistory(SourceName source, Repository repository, ObjectId id) {
        this.source = source;
        this.repository = repository;
        this.id = id;
    }

    @Override
    public List<Commit> log(String path, int skip, int limit) {
        long deadline = deadline();
        try (var walk = new RevWalk(repository)) {
            walk.markStart(walk.parseCommit(id));
            walk.setRevFilter(new Until(deadline));
            if (!path.isEmpty()) {
                walk.setTreeFilter(AndTreeFilter.create(PathFilterGroup.createFromStrings(path), TreeFilter.ANY_DIFF));
            }
            var found = new ArrayList<Commit>();
            int passed = 0;
            for (RevCommit commit = walk.next();
                    commit != null && found.size() < Math.min(limit, MAX_LOG);
                    commit = walk.next()) {
                if (passed++ >= skip) {
                    found.add(GitContent.describe(commit));
                }
            }
            return found;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public List<Optional<Commit>> lines(String path) {
        if (path.isEmpty() || path.startsWith("/")) {
            return List.of();
        }
        long deadline = deadline();
        try (var blame = new BlameGenerator(repository, path)) {
            blame.setFollowFileRenames(true);
            blame.push(null, id);
            RawText text = blame.getResultContents();
            if (text == null) {
                return List.of();
            }
            List<Optional<Commit>> lines = new ArrayList<>(Collections.nCopies(text.size(), Optional.empty()));
            Map<ObjectId, Commit> known = new HashMap<>();
            while (System.nanoTime() - deadline < 0 && blame.next()) {
                Optional<Commit> commit = Optional.of(
                        known.computeIfAbsent(blame.getSourceCommit(), _ -> describe(blame.getSourceCommit())));
                for (int line = blame.getResultStart(); line < blame.getResultEnd(); line++) {
                    lines.set(line, commit);
                }
            }
            return lines;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static Commit describe(RevCommit commit) {
        return GitContent.describe(commit);
    }

    @Override
    public Changes changes() {
        try (var walk = new RevWalk(repository);
                var out = new ByteArrayOutputStream();
                var format = new DiffFormatter(out)) {
            RevCommit commit = walk.parseCommit(id);
            format.setReader(walk.getObjectReader(), repository.getConfig());
            format.setBinaryFileThreshold(MAX_DIFF_FILE);
            List<DiffEntry> entries = format.scan(parent(walk, commit), tree(walk.getObjectReader(), commit));
            var files = new ArrayList<FileDiff>();
            for (DiffEntry entry : entries.subList(0, Math.min(MAX_FILES, entries.size()))) {
                files.add(diff(format, entry, out));
            }
            List<Revision> parents = Arrays.stream(commit.getParents())
                    .map(parent -> new Revision(parent.name()))
                    .toList();
            String message = commit.getFullMessage();
            return new Changes(
                    GitContent.describe(commit),
                    message.substring(0, Math.min(MAX_MESSAGE, message.length())),
                    parents,
                    files,
                    entries.size() - files.size());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static AbstractTreeIterator parent(RevWalk walk, RevCommit commit) throws IOException {
        return commit.getParentCount() == 0
                ? new EmptyTreeIterator()
                : tree(walk.getObjectReader(), walk.parseCommit(commit.getParent(0)));
    }

    private static AbstractTreeIterator tree(ObjectReader reader, RevCommit commit) throws IOException {
        return new CanonicalTreeParser(null, reader, commit.getTree());
    }

    private static FileDiff diff(DiffFormatter format, DiffEntry entry, ByteArrayOutputStream out) throws IOException {
        String action = switch (entry.getChangeType()) {
            case ADD, COPY -> "create";
            case DELETE -> "remove";
            case MODIFY, RENAME -> "update";
        };
        String path = action.equals("remove") ? entry.getOldPath() : entry.getNewPath();
        FileHeader header = format.toFileHeader(entry);
        if (header.getPatchType() != FileHeader.PatchType.UNIFIED) {
            return new FileDiff(action, path, Optional.empty());
        }
        out.reset();
        format.format(entry);
        format.flush();
        List<String> lines = out.toString(StandardCharsets.UTF_8)
                .lines()
                .dropWhile(line -> !line.startsWith("@@"))
                .toList();
        String shown = lines.stream().limit(MAX_LINES).collect(Collectors.joining("\n"));
        return new FileDiff(
                action,
                path,
                Optional.of(
                        lines.size() <= MAX_LINES
                                ? shown
                                : shown + "\n... " + (lines.size() - MAX_LINES) + " more lines"));
    }

    private static long deadline() {
        return System.nanoTime() + PATIENCE.toNanos();
    }

    private SourceException unreadable(IOException e) {
        return new SourceException(Reason.IO_ERROR, source + ": cannot read its history: " + e.getMessage(), e);
    }

    /** Ends a walk at a time; those who ask get what was found. */
    private static final class Until extends RevFilter {
        private final long deadline;

        Until(long deadline) {
            this.deadline = deadline;
        }

        @Override
        public boolean include(RevWalk walker, RevCommit commit) {
            if (System.nanoTime() - deadline > 0) {
                throw StopWalkException.INSTANCE;
            }
            return true;
        }

        @Override
        public RevFilter clone() {
            return this;
        }
    }
}

package io.espalier.shell.interactive;

import io.espalier.shell.command.Shell;
import io.espalier.shell.line.Completions;
import io.espalier.shell.line.Noun;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Tab: commands, options and choices from the table, names from the orchestrator, files from the disk. */
final class ShellCompleter implements Completer {
    private static final Duration LIMIT = Duration.ofMillis(500);
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final int MOST_FILES = 1000;

    private record Names(List<String> names, Instant at) {}

    private final Shell shell;
    private final Map<Noun, Names> known = new EnumMap<>(Noun.class);
    private String typed = "";

    ShellCompleter(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        typed = line.word().substring(0, line.wordCursor());
        if (before.isEmpty()) {
            candidates.add(new Candidate("exit", "exit", null, "leave the shell", null, null, true));
        }
        for (var proposal : new Completions(shell.parser(), this::names).propose(before, typed)) {
            String word = proposal.word();
            String about = proposal.about().isEmpty() ? null : proposal.about();
            boolean whole = !word.endsWith("/") && !word.endsWith("=");
            candidates.add(new Candidate(word, word, null, about, null, null, whole));
        }
    }

    private List<String> names(Noun noun) {
        if (noun == Noun.FILE || noun == Noun.FOLDER) {
            return files(noun == Noun.FOLDER);
        }
        var last = known.get(noun);
        var now = Instant.now();
        if (last == null || last.at().plus(FRESH).isBefore(now)) {
            last = new Names(shell.names(noun, LIMIT), now);
            known.put(noun, last);
        }
        return last.names();
    }

    private List<String> files(boolean onlyFolders) {
        String path = typed.substring(typed.startsWith("--") ? typed.indexOf('=') + 1 : 0);
        String start = path.substring(0, path.lastIndexOf('/') + 1);
        var names = new ArrayList<String>();
        try (var entries = Files.newDirectoryStream(Path.of(start.isEmpty() ? "." : start))) {
            for (Path entry : entries) {
                boolean folder = Files.isDirectory(entry);
                if (names.size() < MOST_FILES && (folder || !onlyFolders)) {
                    names.add(start + entry.getFileName() + (folder ? "/" : ""));
                }
            }
        } catch (IOException | DirectoryIteratorException | InvalidPathException _) {
            return List.of();
        }
        return names;
    }
}

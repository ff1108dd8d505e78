package io.espalier.e2e;

import io.espalier.testkit.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Somebody's clone of a hosted repository, worked on with git itself. */
record Clone(Path folder) {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    static Clone of(String url, Path folder) {
        must(git(List.of("clone", "-q", url, folder.toString())));
        return new Clone(folder).withAuthor();
    }

    /** A repository of one's own that is pushed to {@code url}, where nothing is yet. */
    static Clone empty(String url, Path folder) {
        must(git(List.of("init", "-q", "-b", "main", folder.toString())));
        var clone = new Clone(folder).withAuthor();
        clone.must("remote", "add", "origin", url);
        return clone;
    }

    private Clone withAuthor() {
        must("config", "user.name", "Ada");
        must("config", "user.email", "ada@espalier.example");
        return this;
    }

    String read(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Clone write(String file, String text) {
        try {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws AssertionError if {@code old} is not in the file */
    Clone replace(String file, String old, String by) {
        String text = read(file);
        if (!text.contains(old)) {
            throw new AssertionError(file + " has no '" + old + "':\n" + text);
        }
        return write(file, text.replace(old, by));
    }

    /** Commits all that changed; gives the commit's id. */
    String commit(String subject) {
        must("add", "-A");
        must("commit", "-q", "-m", subject);
        return head();
    }

    String head() {
        return must("rev-parse", "HEAD");
    }

    Ran push(String... options) {
        var words = new ArrayList<>(List.of("push"));
        words.addAll(List.of(options));
        words.addAll(List.of("origin", "main"));
        return run(words);
    }

    Ran commitAndPush(String subject, String... options) {
        commit(subject);
        return push(options);
    }

    /** Forgets what was refused. */
    void backToOrigin() {
        must("fetch", "-q");
        must("reset", "-q", "--hard", "origin/main");
    }

    String must(String... words) {
        return must(run(List.of(words)));
    }

    private static String must(Ran ran) {
        if (ran.status() != 0) {
            throw new AssertionError("git ended with " + ran.status() + ":\n" + ran.output());
        }
        return ran.output();
    }

    private Ran run(List<String> words) {
        var all = new ArrayList<>(List.of("-C", folder.toString()));
        all.addAll(words);
        return git(all);
    }

    private static Ran git(List<String> words) {
        var command = new ArrayList<>(List.of("env", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0", "git"));
        command.addAll(words);
        return Ran.of(LIMIT, command.toArray(String[]::new));
    }
}

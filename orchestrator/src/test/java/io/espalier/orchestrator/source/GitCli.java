package io.espalier.orchestrator.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The real {@code git} program in one folder, cut off from the machine's own settings. */
public final class GitCli {

    /** How a command ended; both outputs in one text, as a terminal shows them. */
    public record Result(int status, String output) {

        public Result mustSucceed() {
            if (status != 0) {
                throw new AssertionError("git ended with " + status + ":\n" + output);
            }
            return this;
        }
    }

    private final Path folder;

    private GitCli(Path folder) {
        this.folder = folder;
    }

    public static GitCli in(Path folder) {
        return new GitCli(folder);
    }

    /** A new repository with the branch {@code main}. */
    public static GitCli init(Path folder) throws IOException {
        Files.createDirectories(folder);
        var git = new GitCli(folder);
        git.run("init", "-q", "-b", "main").mustSucceed();
        return git;
    }

    public static GitCli clone(String url, Path target, String... options) {
        var args = new ArrayList<>(List.of("clone", "-q"));
        args.addAll(List.of(options));
        args.addAll(List.of(url, target.toString()));
        new GitCli(target.getParent()).run(args.toArray(String[]::new)).mustSucceed();
        return new GitCli(target);
    }

    public Path folder() {
        return folder;
    }

    public GitCli write(String path, String content) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return this;
    }

    /** Commits all there is and gives the full id. */
    public String commit(String message) {
        run("add", "-A").mustSucceed();
        run("commit", "-q", "--allow-empty", "-m", message).mustSucceed();
        return head();
    }

    /** Makes branches {@code other/0} and so on at one commit, as fast as a file is written. */
    public void manyBranches(int count, String id) throws IOException {
        var refs = new StringBuilder("# pack-refs with: peeled fully-peeled \n");
        for (int i = 0; i < count; i++) {
            refs.append(id).append(" refs/heads/other/").append(i).append('\n');
        }
        Files.writeString(folder.resolve(".git/packed-refs"), refs);
    }

    public String head() {
        return run("rev-parse", "HEAD").mustSucceed().output().strip();
    }

    public Result run(String... args) {
        return feed("", args);
    }

    /** Runs with {@code input} on its standard input. */
    public Result feed(String input, String... args) {
        try {
            Process process = start(args);
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output;
            try (InputStream out = process.getInputStream()) {
                output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            }
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("git did not end:\n" + output);
            }
            return new Result(process.exitValue(), output);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public Process start(String... args) throws IOException {
        var command = new ArrayList<>(List.of("git", "-c", "protocol.version=2", "-c", "gc.auto=0"));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        var environment = builder.environment();
        environment
                .keySet()
                .removeIf(name ->
                        name.startsWith("GIT_") || name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        environment.put("GIT_TERMINAL_PROMPT", "0");
        environment.put("GIT_AUTHOR_NAME", "Ann Author");
        environment.put("GIT_AUTHOR_EMAIL", "ann@example.net");
        environment.put("GIT_COMMITTER_NAME", "Ann Author");
        environment.put("GIT_COMMITTER_EMAIL", "ann@example.net");
        environment.put("LC_ALL", "C.UTF-8");
        return builder.start();
    }
}

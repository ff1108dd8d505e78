package io.espalier.orchestrator.source;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Works with the git program; what is committed may be pushed to where a source reads it. */
public final class GitWorkshop implements SourceContract.Workshop {

    private final GitCli git;
    private final String pushTo;

    /** @param pushTo a repository; empty where sources read from the one that is worked in */
    public GitWorkshop(GitCli git, String pushTo) {
        this.git = git;
        this.pushTo = pushTo;
    }

    @Override
    public GitWorkshop write(String path, String text) throws Exception {
        git.write(path, text);
        return this;
    }

    @Override
    public GitWorkshop executable(String path) throws Exception {
        Files.setPosixFilePermissions(git.folder().resolve(path), PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    @Override
    public GitWorkshop link(String path, String target) throws Exception {
        Files.createSymbolicLink(git.folder().resolve(path), Path.of(target));
        return this;
    }

    @Override
    public GitWorkshop remove(String path) {
        git.run("rm", "-q", "-r", path).mustSucceed();
        return this;
    }

    @Override
    public String commit(String message) {
        String id = git.commit(message);
        publish();
        return id;
    }

    @Override
    public void tag(String name) {
        git.run("tag", name).mustSucceed();
        publish();
    }

    private void publish() {
        if (!pushTo.isEmpty()) {
            git.run("push", "-q", "--tags", pushTo, "main").mustSucceed();
        }
    }
}

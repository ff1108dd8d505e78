package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.SourceContract;
import io.espalier.testkit.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A repository with trunk, branches and tags, and a working copy of it, by the programs that Subversion brings. */
final class SvnWorkshop implements SourceContract.Workshop {

    private final Path repository;
    private final Path copy;

    private SvnWorkshop(Path repository, Path copy) {
        this.repository = repository;
        this.copy = copy;
    }

    /** Made where it is not there yet. */
    static SvnWorkshop in(Path folder) throws Exception {
        Path repository = folder.resolve("served/repo");
        var workshop = new SvnWorkshop(repository, folder.resolve("copy"));
        if (!Files.exists(repository)) {
            Files.createDirectories(folder.resolve("served"));
            must("svnadmin", "create", repository.toString());
            // Apache's own account reads it, too
            must("chmod", "-R", "a+rX", repository.toString());
            workshop.svn("checkout", "-q", "file://" + repository, workshop.copy.toString());
            for (String name : List.of("trunk", "branches", "tags")) {
                Files.createDirectory(workshop.copy.resolve(name));
            }
            workshop.commit("Begin");
        }
        return workshop;
    }

    Path repository() {
        return repository;
    }

    Path trunk() {
        return copy.resolve("trunk");
    }

    String svn(String... arguments) {
        var command = new ArrayList<>(List.of("svn", "--non-interactive", "--username", "ann", "--config-dir"));
        command.add(copy.resolveSibling("svn-config").toString());
        command.addAll(List.of(arguments));
        return must(command.toArray(String[]::new));
    }

    static String must(String... command) {
        var withLocale = new ArrayList<>(List.of("env", "LC_ALL=C.UTF-8"));
        withLocale.addAll(List.of(command));
        Ran ran = Ran.of(Duration.ofMinutes(2), withLocale.toArray(String[]::new));
        if (ran.status() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + ran.output());
        }
        return ran.output();
    }

    @Override
    public SvnWorkshop write(String path, String text) throws Exception {
        Path file = trunk().resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    @Override
    public SvnWorkshop executable(String path) {
        svn("add", "-q", "--force", "--parents", trunk().resolve(path).toString());
        svn("propset", "-q", "svn:executable", "*", trunk().resolve(path).toString());
        return this;
    }

    @Override
    public SvnWorkshop link(String path, String target) throws Exception {
        Files.createSymbolicLink(trunk().resolve(path), Path.of(target));
        return this;
    }

    @Override
    public SvnWorkshop remove(String path) {
        svn("remove", "-q", trunk().resolve(path).toString());
        return this;
    }

    @Override
    public String commit(String message) {
        svn("add", "-q", "--force", copy.toString());
        svn("commit", "-q", "-m", message, copy.toString());
        svn("update", "-q", copy.toString());
        return newest();
    }

    String newest() {
        return "r" + must("svnlook", "youngest", repository.toString());
    }

    @Override
    public void tag(String name) {
        svn(
                "copy",
                "-q",
                "-m",
                "Tag " + name,
                "file://" + repository + "/trunk",
                "file://" + repository + "/tags/" + name);
        svn("update", "-q", copy.toString());
    }
}

package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.BoundedRepository;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.Upkeep;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.StoredConfig;

/** The repositories that this process serves: bare ones, one folder {@code NAME.git} each. */
public final class HostedRepositories implements AutoCloseable {

    private final Path folder;
    private final PackLimits limits;
    private final Map<SourceName, BoundedRepository> open = new ConcurrentHashMap<>();

    /** @param folder holds the repositories; made if it is not there */
    public HostedRepositories(Path folder, PackLimits limits) {
        this.folder = folder;
        this.limits = limits;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, folder + ": cannot create: " + e.getMessage(), e);
        }
    }

    /**
     * Makes a repository whose branch {@code main} holds the files in {@code initialContent} as one commit; the same
     * files give the same commit id. One that exists already is left as it is.
     *
     * @return whether it was made
     * @throws SourceException if a file cannot be read, or is a link
     */
    public boolean create(SourceName name, Path initialContent) {
        return make(name, Optional.of(initialContent));
    }

    /** As the other {@code create}, with nothing in it: the first push makes its branch. */
    public boolean create(SourceName name) {
        return make(name, Optional.empty());
    }

    private synchronized boolean make(SourceName name, Optional<Path> content) {
        Path target = pathOf(name);
        if (Files.exists(target)) {
            return false;
        }
        try {
            Path draft = Files.createTempDirectory(folder, ".new-" + name + "-");
            try (BoundedRepository repository = BoundedRepository.open(draft, limits)) {
                configure(repository.getConfig());
                if (content.isPresent()) {
                    FirstCommit.write(repository, content.get());
                }
            }
            // A name appears only with all that belongs to it
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, name + ": cannot create its repository: " + e.getMessage(), e);
        }
    }

    private static void configure(StoredConfig config) throws IOException {
        // An accepted push is there after a power cut
        config.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncobjectfiles", true);
        config.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncreffiles", true);
        config.setBoolean("uploadpack", null, "allowfilter", true);
        config.setBoolean("receive", null, "advertisepushoptions", true);
        // Collected apart from pushes, which somebody waits for
        config.setBoolean("receive", null, "autogc", false);
        config.save();
    }

    /** Empty if there is no such repository. */
    public Optional<BoundedRepository> find(SourceName name) {
        if (!Files.isDirectory(pathOf(name))) {
            return Optional.empty();
        }
        return Optional.of(open.computeIfAbsent(name, known -> BoundedRepository.open(pathOf(known), limits)));
    }

    public SortedSet<SourceName> names() {
        try (Stream<Path> entries = Files.list(folder)) {
            var names = new TreeSet<SourceName>();
            entries.map(entry -> entry.getFileName().toString())
                    .filter(entry -> entry.matches("[a-z0-9][a-z0-9-]{0,63}\\.git"))
                    .forEach(entry -> names.add(new SourceName(entry.substring(0, entry.length() - ".git".length()))));
            return names;
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, folder + ": cannot list: " + e.getMessage(), e);
        }
    }

    /** Keeps each repository quick to read, see {@link Upkeep}. */
    public void tidy() {
        for (SourceName name : names()) {
            find(name).ifPresent(repository -> new Upkeep(repository, Duration.ZERO).run());
        }
    }

    private Path pathOf(SourceName name) {
        return folder.resolve(name + ".git");
    }

    @Override
    public void close() {
        open.values().forEach(BoundedRepository::close);
        open.clear();
    }
}

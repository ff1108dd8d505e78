package io.espalier.orchestrator.source.git;

import java.time.Duration;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts small packs and loose objects of a repository together where there are many: each push and fetch leaves a pack,
 * and reading through thousands of them takes ten times as long. Objects that nothing refers to, such as those of refused
 * pushes, go after two weeks; packs that were replaced an hour after that, so that nobody who reads is disturbed.
 */
public final class Upkeep {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final int MAX_PACKS = 20;
    private static final int MAX_LOOSE = 500;

    private final Repository repository;
    private final Duration interval;
    private long last;

    /** @param interval between two runs at least; zero for each time */
    public Upkeep(Repository repository, Duration interval) {
        this.repository = repository;
        this.interval = interval;
        this.last = System.nanoTime();
    }

    /** Does what is due, if anything is. A failure is logged and changes nothing. */
    public synchronized void run() {
        long now = System.nanoTime();
        if (now - last < interval.toNanos()) {
            return;
        }
        last = now;
        try (Git git = Git.wrap(repository)) {
            var counts = git.gc().getStatistics();
            long packs = count(counts.get("numberOfPackFiles"));
            long loose = count(counts.get("numberOfLooseObjects"));
            if (packs > MAX_PACKS || loose > MAX_LOOSE) {
                git.gc().call();
                LOG.atInfo()
                        .addKeyValue("repository", repository.getDirectory())
                        .addKeyValue("packs", packs)
                        .addKeyValue("loose", loose)
                        .log("repository tidied");
            }
        } catch (GitAPIException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("repository", repository.getDirectory())
                    .setCause(e)
                    .log("a repository could not be tidied; it stays as it is");
        }
    }

    private static long count(@Nullable Object number) {
        return number instanceof Number known ? known.longValue() : 0;
    }
}

package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.GitCli;
import io.espalier.orchestrator.source.GitWorkshop;
import io.espalier.orchestrator.source.Mirror;
import io.espalier.orchestrator.source.SourceContract;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.WantedRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A source whose repository this product hosts; what is committed is pushed into it. */
class HostedSourceIT extends SourceContract {

    private static final SourceName SHOP = new SourceName("shop");

    private HostedRepositories repositories;

    @BeforeEach
    void start() {
        repositories = new HostedRepositories(folder.resolve("git"), PackLimits.DEFAULT);
        repositories.create(SHOP);
    }

    @AfterEach
    void stop() {
        repositories.close();
    }

    @Override
    protected Workshop workshop() throws Exception {
        Path work = folder.resolve("work");
        GitCli git = Files.exists(work) ? GitCli.in(work) : GitCli.init(work);
        return new GitWorkshop(git, folder.resolve("git/shop.git").toString());
    }

    @Override
    protected Mirror mirror(Line line) {
        WantedRef wanted = switch (line) {
            case MAIN -> WantedRef.of("main", Optional.empty());
            case ABSENT -> WantedRef.of("maim", Optional.empty());
            case NEWEST_TAG -> WantedRef.of("refs/tags/v*", Optional.of("semver"));
        };
        return HostedMirror.open(NAME, SHOP, wanted, repositories);
    }

    @Override
    protected String author() {
        return "Ann Author <ann@example.net>";
    }
}

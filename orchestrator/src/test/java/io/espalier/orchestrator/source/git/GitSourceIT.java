package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.GitCli;
import io.espalier.orchestrator.source.GitWorkshop;
import io.espalier.orchestrator.source.Mirror;
import io.espalier.orchestrator.source.SourceContract;
import io.espalier.orchestrator.source.SourceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A git source over http, from the server that git brings. */
class GitSourceIT extends SourceContract {

    private GitHttpBackend server;

    @BeforeEach
    void start() throws Exception {
        server = new GitHttpBackend(folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    protected Workshop workshop() throws Exception {
        Path remote = folder.resolve("remote");
        GitCli git = Files.exists(remote) ? GitCli.in(remote) : GitCli.init(remote);
        return new GitWorkshop(git, "");
    }

    @Override
    protected Mirror mirror(Line line) {
        var access = new RemoteAccess(Set.of("http"), new AddressGuard(true, true), List.of(), Duration.ofSeconds(20));
        String url = "http://127.0.0.1:" + server.port() + "/remote";
        var spec = switch (line) {
            case MAIN -> new SourceSpec.Git(url, "main", Optional.empty());
            case ABSENT -> new SourceSpec.Git(url, "maim", Optional.empty());
            case NEWEST_TAG -> new SourceSpec.Git(url, "refs/tags/v*", Optional.of("semver"));
        };
        return GitMirror.open(NAME, spec, folder.resolve("mirror.git"), access, PackLimits.DEFAULT);
    }

    @Override
    protected String author() {
        return "Ann Author <ann@example.net>";
    }
}

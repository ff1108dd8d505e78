package io.espalier.orchestrator.source.svn;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.Outcome;
import io.espalier.orchestrator.source.Pace;
import io.espalier.orchestrator.source.SourceAdvanced;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.SourceState;
import io.espalier.orchestrator.source.SourceStates;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.orchestrator.source.hosting.HostedRepositories;
import io.espalier.orchestrator.source.hosting.Mirrors;
import io.espalier.orchestrator.store.Database;
import io.espalier.protocol.Reason;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Subversion sources among the others: watched, woken, told of, and in a state that says what is wrong. */
class SvnWatchIT {

    private static final SourceName SITE = new SourceName("site");
    private static final Pace SLOW = new Pace(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

    @TempDir
    private Path folder;

    @Test
    void sourceIsWatchedWokenAndToldOf() throws Exception {
        SvnWorkshop workshop = SvnWorkshop.in(folder);
        String first = workshop.write("index.html", "one").commit("One");
        BlockingQueue<SourceAdvanced> told = new ArrayBlockingQueue<>(10);
        var access = new RemoteAccess(Set.of("svn"), new AddressGuard(true, true), List.of(), Duration.ofSeconds(20));
        try (var server = new Svnserve(folder.resolve("served"));
                var hosted = new HostedRepositories(folder.resolve("git"), PackLimits.DEFAULT);
                var database = Database.openH2(folder.resolve("db"));
                var sources = new Sources(
                        Map.of(),
                        new Mirrors(hosted, folder.resolve("mirrors"), access, PackLimits.DEFAULT),
                        new SourceStates(JdbcClient.create(database)),
                        SLOW,
                        Clock.systemUTC())) {
            sources.start(told::add);
            String url = "svn://127.0.0.1:" + server.port() + "/repo";
            sources.follow(Map.of(SITE, new SourceSpec.Svn(url, "trunk", Optional.empty())));
            assertThat(next(told).commit().revision().id()).isEqualTo(first);
            String second = workshop.write("index.html", "two").commit("Two");
            assertThat(sources.poke(SITE)).isTrue();
            assertThat(next(told).commit().revision().id()).isEqualTo(second);
            assertThat(sources.snapshot(SITE, first).read("index.html"))
                    .hasValueSatisfying(bytes -> assertThat(bytes).asString().isEqualTo("one"));

            workshop.svn("remove", "-q", "-m", "Gone", "file://" + workshop.repository() + "/trunk");
            SourceState gone = sources.sync(SITE);
            assertThat(gone.outcome())
                    .isInstanceOfSatisfying(
                            Outcome.Stalled.class,
                            stalled -> assertThat(stalled.reason()).isEqualTo(Reason.INVALID_REVISION));
            assertThat(gone.commit().orElseThrow().revision().id()).isEqualTo(second);

            // Another folder at the same revision is another source
            sources.follow(Map.of(SITE, new SourceSpec.Svn(url, "", Optional.empty())));
            assertThat(next(told).commit().revision().id()).isEqualTo(workshop.newest());
        }
    }

    private static SourceAdvanced next(BlockingQueue<SourceAdvanced> told) throws InterruptedException {
        SourceAdvanced event = told.poll(60, TimeUnit.SECONDS);
        assertThat(event).as("told within a minute").isNotNull();
        return event;
    }
}

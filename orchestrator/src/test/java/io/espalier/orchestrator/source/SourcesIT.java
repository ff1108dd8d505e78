package io.espalier.orchestrator.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.orchestrator.source.hosting.HostedRepositories;
import io.espalier.orchestrator.source.hosting.Mirrors;
import io.espalier.protocol.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources watched for real: hosted ones, remote ones, and such as cannot be read. */
class SourcesIT {

    private static final SourceName FLEET = new SourceName("fleet");
    private static final SourceName TEMPLATES = new SourceName("templates");
    private static final Pace SLOW = new Pace(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));
    private static final Pace QUICK = new Pace(Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofMillis(50));

    @TempDir
    private Path folder;

    private final Databases databases = databases();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final BlockingQueue<SourceAdvanced> told = new ArrayBlockingQueue<>(100);
    private HostedRepositories hosted;
    private Sources sources;

    Databases databases() {
        return new Databases();
    }

    @BeforeEach
    void prepare() throws Exception {
        hosted = new HostedRepositories(folder.resolve("git"), PackLimits.DEFAULT);
        Files.writeString(Files.createDirectories(folder.resolve("content")).resolve("fleet.yaml"), "fleet: shop\n");
        hosted.create(FLEET, folder.resolve("content"));
        sources = sources(SLOW);
    }

    @AfterEach
    void close() {
        sources.close();
        hosted.close();
        databases.close();
    }

    private Sources sources(Pace pace) {
        var access = new RemoteAccess(
                Set.of("file", "http"), new AddressGuard(true, true), List.of(), Duration.ofSeconds(5));
        return new Sources(
                Map.of(FLEET, new SourceSpec.Git("fleet", "main", Optional.empty())),
                new Mirrors(hosted, folder.resolve("mirrors"), access, PackLimits.DEFAULT),
                new SourceStates(databases.client()),
                pace,
                clock);
    }

    @Test
    void firstLookAnnouncesTheRevisionOnce() throws Exception {
        sources.start(told::add);
        SourceAdvanced first = next();
        assertThat(first.source()).isEqualTo(FLEET);
        assertThat(sources.sync(FLEET).outcome()).isEqualTo(new Outcome.Settled());
        assertThat(told).isEmpty();
        assertThat(sources.snapshot(FLEET).paths()).containsExactly("fleet.yaml");
        assertThat(sources.snapshot(FLEET, "main").commit()).isEqualTo(first.commit());
        assertThat(sources.snapshot(FLEET, first.commit().revision().abbreviated())
                        .commit())
                .isEqualTo(first.commit());
        SourceState state = sources.states().getFirst();
        assertThat(state.commit()).contains(first.commit());
        assertThat(state.lastChange()).contains(clock.instant());
    }

    @Test
    void remoteSourceIsFollowedInItsInterval() throws Exception {
        sources.close();
        sources = sources(QUICK);
        GitCli remote = GitCli.init(folder.resolve("remote"));
        String first = remote.write("a", "1").commit("One");
        sources.start(told::add);
        next();
        sources.follow(Map.of(TEMPLATES, new SourceSpec.Git(url("remote"), "main", Optional.empty())));
        assertThat(next().commit().revision().id()).isEqualTo(first);
        String second = remote.write("a", "2").commit("Two");
        assertThat(next().commit().revision().id()).isEqualTo(second);
    }

    @Test
    void pokeWakesAWatcherLongBeforeItsInterval() throws Exception {
        GitCli remote = GitCli.init(folder.resolve("remote"));
        remote.write("a", "1").commit("One");
        sources.start(told::add);
        next();
        sources.follow(Map.of(TEMPLATES, new SourceSpec.Git(url("remote"), "main", Optional.empty())));
        next();
        String second = remote.write("a", "2").commit("Two");
        assertThat(sources.poke(TEMPLATES)).isTrue();
        assertThat(next().commit().revision().id()).isEqualTo(second);
        assertThat(sources.poke(new SourceName("absent"))).isFalse();
    }

    @Test
    void changedSpecIsAChangeEvenAtTheSameCommit() throws Exception {
        GitCli remote = GitCli.init(folder.resolve("remote"));
        String id = remote.write("a", "1").commit("One");
        remote.run("branch", "stable").mustSucceed();
        sources.start(told::add);
        next();
        sources.follow(Map.of(TEMPLATES, new SourceSpec.Git(url("remote"), "main", Optional.empty())));
        next();
        sources.follow(Map.of(TEMPLATES, new SourceSpec.Git(url("remote"), "main", Optional.empty())));
        sources.sync(TEMPLATES);
        assertThat(told).isEmpty();
        sources.follow(Map.of(TEMPLATES, new SourceSpec.Git(url("remote"), "stable", Optional.empty())));
        assertThat(next().commit().revision().id()).isEqualTo(id);
    }

    @Test
    void restartNeitherForgetsNorRepeats() throws Exception {
        sources.start(told::add);
        SourceAdvanced first = next();
        sources.sync(FLEET);
        sources.close();
        sources = sources(SLOW);
        sources.start(told::add);
        assertThat(sources.sync(FLEET).commit()).contains(first.commit());
        assertThat(told).isEmpty();
    }

    @Test
    void listenerThatFailsIsToldAgain() throws Exception {
        var calls = new AtomicInteger();
        sources.start(event -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("the database is away");
            }
            told.add(event);
        });
        for (int i = 0; i < 100 && told.isEmpty(); i++) {
            sources.sync(FLEET);
        }
        assertThat(next().source()).isEqualTo(FLEET);
        assertThat(calls).hasValue(2);
    }

    @Test
    void listenerMayReadWhatItIsToldOfAndChangeWhatIsFollowed() throws Exception {
        GitCli remote = GitCli.init(folder.resolve("remote"));
        remote.write("a", "1").commit("One");
        sources.start(event -> {
            assertThat(sources.snapshot(event.source(), event.commit().revision())
                            .paths())
                    .isNotEmpty();
            if (event.source().equals(FLEET)) {
                sources.follow(Map.of(TEMPLATES, new SourceSpec.Git(url("remote"), "main", Optional.empty())));
                sources.sync(event.source());
            }
            told.add(event);
        });
        assertThat(List.of(next().source(), next().source())).containsExactlyInAnyOrder(FLEET, TEMPLATES);
    }

    @Test
    void sourceThatCannotBeReadSaysWhyAndKeepsItsRevision() throws Exception {
        GitCli remote = GitCli.init(folder.resolve("remote"));
        String id = remote.write("a", "1").commit("One");
        sources.start(told::add);
        next();
        sources.follow(Map.of(
                TEMPLATES,
                new SourceSpec.Git(url("remote"), "main", Optional.empty()),
                new SourceName("closed"),
                new SourceSpec.Git("http://127.0.0.1:1/x.git", "main", Optional.empty()),
                new SourceName("unhosted"),
                new SourceSpec.Git("nowhere", "main", Optional.empty()),
                new SourceName("ssh"),
                new SourceSpec.Git("git@127.0.0.1:x.git", "main", Optional.empty())));
        next();
        Files.move(folder.resolve("remote"), folder.resolve("moved"));
        SourceState state = sources.sync(TEMPLATES);
        assertThat(state.outcome()).isInstanceOf(Outcome.Failed.class);
        assertThat(state.commit().orElseThrow().revision().id()).isEqualTo(id);
        assertThat(sources.snapshot(TEMPLATES).paths()).containsExactly("a");
        assertThat(sources.sync(new SourceName("closed")).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Waiting.class,
                        waiting -> assertThat(waiting.reason()).isEqualTo(Reason.UNREACHABLE));
        assertThat(sources.sync(new SourceName("unhosted")).outcome())
                .isEqualTo(new Outcome.Stalled(
                        Reason.MALFORMED, "no repository 'nowhere' is hosted here (hosted: [fleet])"));
        assertThat(sources.sync(new SourceName("ssh")).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Stalled.class,
                        stalled ->
                                assertThat(stalled.detail()).contains("ssh is not allowed here (allowed: file, http)"));
        assertThatThrownBy(() -> sources.snapshot(new SourceName("closed"))).isInstanceOf(SourceException.class);
        assertThatThrownBy(() -> sources.sync(new SourceName("absent"))).hasMessageContaining("no source 'absent'");
    }

    @Test
    void fleetCannotRedirectItsOwnSource() throws Exception {
        sources.start(told::add);
        next();
        sources.follow(Map.of(FLEET, new SourceSpec.Git("file:///etc", "main", Optional.empty())));
        assertThat(sources.states().getFirst().spec()).isEqualTo(new SourceSpec.Git("fleet", "main", Optional.empty()));
        sources.follow(Map.of());
        assertThat(sources.sources()).containsExactly(FLEET);
    }

    private SourceAdvanced next() throws InterruptedException {
        SourceAdvanced event = told.poll(30, TimeUnit.SECONDS);
        assertThat(event).as("announced within 30 s").isNotNull();
        return event;
    }

    private String url(String name) {
        return folder.resolve(name).toUri().toString();
    }
}

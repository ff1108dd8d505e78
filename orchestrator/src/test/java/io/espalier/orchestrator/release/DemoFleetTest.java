package io.espalier.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.render.Renderer;
import io.espalier.orchestrator.source.FolderSnapshot;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fleet of the first five minutes must build as it is shipped. */
class DemoFleetTest {

    private static final Path REPOS = Files.isDirectory(Path.of("repos")) ? Path.of("repos") : Path.of("..", "repos");

    @TempDir
    Path data;

    @Test
    void demoFleetBuildsWithoutAWarning() {
        ReleaseSet releases = build();

        assertThat(releases.warnings()).isEmpty();
        assertThat(releases.releases().keySet())
                .containsExactly(new HostName("db1"), new HostName("web1"), new HostName("web2"));
    }

    @Test
    void greetingLandsInTheMotdOfEveryHost() {
        ReleaseSet releases = build();

        assertThat(releases.releases().values())
                .allSatisfy(
                        release -> assertThat(text(release, "/etc/motd")).startsWith("Welcome to the demo fleet\n"));
    }

    @Test
    void hostsEntryWinsOverItsTier() {
        Map<HostName, Release> releases = build().releases();

        assertThat(text(releases.get(new HostName("web1")), "/srv/www/index.html"))
                .contains("color: teal");
        assertThat(text(releases.get(new HostName("web2")), "/srv/www/index.html"))
                .contains("color: olive");
    }

    private ReleaseSet build() {
        var fleet = FolderSnapshot.of(new SourceName("demo"), REPOS.resolve("demo"));
        var templates = FolderSnapshot.of(new SourceName("templates"), REPOS.resolve("demo-templates"));
        try (var renderer = new Renderer()) {
            var builder = new ReleaseBuilder(renderer, objects(), new Provenances(data.resolve("provenance")));
            Built built = builder.build(fleet, (name, spec) -> Optional.of(templates), Map.of());
            assertThat(built).isInstanceOf(Built.Ready.class);
            return ((Built.Ready) built).releases();
        }
    }

    private String text(Release release, String path) {
        FileEntry file = release.files()
                .filter(one -> one.path().equals(path))
                .findFirst()
                .orElseThrow();
        return new String(objects().read(file.content()).orElseThrow(), StandardCharsets.UTF_8);
    }

    private ObjectStore objects() {
        return new ObjectStore(data.resolve("objects"));
    }
}

package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares what the library renders for a small fleet with the files in {@code golden/expected}, HOST/PATH. After a
 * wanted change, {@code -Dgolden.write} writes them anew; the difference is then to be read in the commit.
 */
class GoldenTest {

    private static final Path GOLDEN = Library.FOLDER.resolve("src/test/resources/golden");

    /** Of the fleet of this test, with the library's own units and some files instead of, or beside, its own. */
    private static Snapshot fleet(Map<String, String> more) {
        var texts = new TreeMap<>(texts(GOLDEN.resolve("fleet")));
        texts(Library.FOLDER.resolve("nginx-lua/units")).forEach((name, text) -> texts.put("units/" + name, text));
        texts.putAll(more);
        return FolderSnapshot.of("shop", texts);
    }

    private static SortedMap<String, String> texts(Path folder) {
        var texts = new TreeMap<String, String>();
        if (!Files.exists(folder)) {
            return texts;
        }
        try (var walk = Files.walk(folder)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                texts.put(folder.relativize(file).toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    private static SortedMap<String, String> rendered() {
        var texts = new TreeMap<String, String>();
        Library.render(fleet(Map.of()))
                .forEach((host, files) -> files.forEach((path, bytes) -> {
                    if (!path.endsWith(".lua")) {
                        texts.put(host + path, new String(bytes, StandardCharsets.UTF_8));
                    }
                }));
        return texts;
    }

    @Test
    void fleetRendersToTheExpectedFiles() throws IOException {
        SortedMap<String, String> rendered = rendered();
        Path expected = GOLDEN.resolve("expected");
        if (System.getProperty("golden.write") != null) {
            for (var file : rendered.entrySet()) {
                Path to = expected.resolve(file.getKey());
                Files.createDirectories(to.getParent());
                Files.writeString(to, file.getValue());
            }
        }
        SortedMap<String, String> wanted = texts(expected);
        assertThat(rendered.keySet()).isEqualTo(wanted.keySet());
        wanted.forEach((path, text) -> assertThat(rendered.get(path)).as(path).isEqualTo(text));
    }

    @Test
    void everyHostOfTheStackHasTheWholeLua() throws IOException {
        Map<String, byte[]> files = Library.render(fleet(Map.of())).get("l1a");
        try (var list = Files.list(Library.FOLDER.resolve("nginx-lua/lua/lb"))) {
            for (Path file : list.toList()) {
                assertThat(files.get("/usr/share/nginx/lua/lb/" + file.getFileName()))
                        .isEqualTo(Files.readAllBytes(file));
            }
        }
    }

    /** What would end a directive and begin another, or is of another kind, is refused when it is rendered. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lb: { name: \"a; include /etc/shadow\" }",
                "lb: { name: \"a {\" }",
                "lb: { name: \"a\\nb\" }",
                "lb: { pid: \"/run/$x\" }",
                "lb: { tier: \"l2\\\", evil = \\\"\" }",
                "lb: { rate: { each: \"50\" } }",
                "lb: { rate: { each: true } }",
                "lb: { listen: [ \"80; x\" ] }",
                "lb: { tier: nobody }",
            })
    void valueThatCannotStandInAConfigurationIsRefused(String vars) {
        assertThat(Library.problems(fleet(Map.of("vars/tier/l1.yaml", vars + "\n"))))
                .isNotEmpty();
    }
}

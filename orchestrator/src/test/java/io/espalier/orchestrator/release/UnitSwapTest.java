package io.espalier.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UnitSwapTest {

    private static final HostName WEB1 = new HostName("web1");

    /** @param files as {@code /path=content} */
    private static Unit unit(String name, String... files) {
        List<FileEntry> entries = Arrays.stream(files)
                .map(file -> {
                    String[] parts = file.split("=", 2);
                    byte[] content = parts[1].getBytes(StandardCharsets.UTF_8);
                    return new FileEntry(parts[0], Digest.of(content), content.length, 0644, "", "", false);
                })
                .toList();
        return new Unit(
                name,
                List.of(),
                List.of(),
                new TreeMap<>(),
                entries,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    private static Release release(Unit... units) {
        return new Release(WEB1, List.of(units));
    }

    private static Release swapped(Release held, Release wanted, String... units) {
        return UnitSwap.swap(held, wanted, Set.of(units), Map.of()) instanceof UnitSwap.Outcome.Swapped(var release)
                ? release
                : release();
    }

    private static String why(Release held, Release wanted, Map<String, List<String>> needs, String... units) {
        return UnitSwap.swap(held, wanted, Set.of(units), needs) instanceof UnitSwap.Outcome.Unsound(var why)
                ? why
                : "";
    }

    @Test
    void onlyTheNamedUnitIsOfTheRevision() {
        Release held = release(unit("base", "/a=1"), unit("web", "/w=1", "/gone=1"), unit("db", "/d=1"));
        Release wanted = release(unit("base", "/a=2"), unit("web", "/w=2"), unit("db", "/d=2"));

        assertThat(swapped(held, wanted, "web"))
                .isEqualTo(release(unit("base", "/a=1"), unit("web", "/w=2"), unit("db", "/d=1")));
        assertThat(swapped(held, wanted, "web", "db", "base")).isEqualTo(wanted);
        assertThat(swapped(held, held, "web")).isEqualTo(held);
    }

    @Test
    void newUnitComesWhereTheRevisionHasItAndADroppedOneGoes() {
        Release held = release(unit("base", "/a=1"), unit("old", "/o=1"), unit("db", "/d=1"));
        Release wanted = release(unit("first", "/f=1"), unit("base", "/a=2"), unit("web", "/w=2"), unit("db", "/d=2"));

        assertThat(swapped(held, wanted, "web"))
                .isEqualTo(release(unit("base", "/a=1"), unit("web", "/w=2"), unit("old", "/o=1"), unit("db", "/d=1")));
        assertThat(swapped(held, wanted, "first", "old"))
                .isEqualTo(release(unit("first", "/f=1"), unit("base", "/a=1"), unit("db", "/d=1")));
    }

    @Test
    void unitWhoseNeedIsNotMetIsRefused() {
        Release wanted = release(unit("base", "/a=2"), unit("web", "/w=2"));
        Map<String, List<String>> needs = Map.of("web", List.of("base"));

        assertThat(why(release(unit("base", "/a=1"), unit("web", "/w=1")), wanted, needs, "web"))
                .isEqualTo("unit 'web' needs 'base', which the host holds as an older revision had it;"
                        + " deploy 'base' too");
        assertThat(why(release(unit("web", "/w=1")), wanted, needs, "web"))
                .isEqualTo("unit 'web' needs 'base', which the host does not hold; deploy 'base' too");
        assertThat(why(release(unit("base", "/a=2"), unit("web", "/w=1")), wanted, needs, "web"))
                .isEmpty();
        assertThat(why(release(unit("web", "/w=1")), wanted, needs, "web", "base"))
                .isEmpty();
    }

    @Test
    void pathThatAnotherUnitHoldsIsRefused() {
        Release held = release(unit("base", "/a=1", "/shared=1"), unit("web", "/w=1"));
        Release wanted = release(unit("base", "/a=1"), unit("web", "/shared=2", "/w=1"));

        assertThat(why(held, wanted, Map.of(), "web"))
                .isEqualTo("/shared is laid by 'web' in this revision and by 'base' in what the host holds;"
                        + " deploy 'base' too");
        assertThat(swapped(held, wanted, "web", "base")).isEqualTo(wanted);
    }

    @Test
    void pathThatGoesToAnotherUnitIsNotTakenAwayFirst() {
        Release held = release(unit("base", "/a=1", "/shared=1"), unit("web", "/w=1"));
        Release wanted = release(unit("base", "/a=1"), unit("web", "/shared=2", "/w=1"));

        assertThat(why(held, wanted, Map.of(), "base"))
                .isEqualTo("/shared goes from 'base' to 'web' in this revision; deploy 'web' too");
    }

    @Test
    void whatNoReleaseMayHoldIsRefused() {
        Release held = release(unit("base", "/etc/x=1"), unit("web", "/w=1"));
        Release wanted = release(unit("base", "/etc/y=1"), unit("web", "/etc/x/sub=1"));

        assertThat(why(held, wanted, Map.of(), "web")).contains("lies below the file /etc/x");
    }

    @Test
    void differenceNamesUnitsThatAreOthersNewOrGone() {
        assertThat(UnitDifference.of(
                        release(unit("base", "/a=1"), unit("old", "/o=1"), unit("db", "/d=1")),
                        release(unit("base", "/a=1"), unit("web", "/w=1"), unit("db", "/d=2"))))
                .containsExactly("web", "db", "old");
    }
}

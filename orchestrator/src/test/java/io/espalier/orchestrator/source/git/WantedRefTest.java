package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdRef;
import org.eclipse.jgit.lib.Ref;
import org.junit.jupiter.api.Test;

class WantedRefTest {

    @Test
    void plainNameIsABranchBeforeATag() {
        WantedRef main = WantedRef.of("main", Optional.empty());
        assertThat(main.prefixes()).containsExactly("refs/heads/main", "refs/tags/main");
        assertThat(chosen(main, "refs/tags/main", "refs/heads/main2", "refs/heads/main"))
                .isEqualTo("refs/heads/main");
        assertThat(chosen(main, "refs/tags/main")).isEqualTo("refs/tags/main");
        assertThat(chosen(main, "refs/heads/main2")).isEmpty();
    }

    @Test
    void fullNameMeansItself() {
        WantedRef change = WantedRef.of("refs/pull/7/head", Optional.empty());
        assertThat(change.prefixes()).containsExactly("refs/pull/7/head");
        assertThat(chosen(change, "refs/heads/refs/pull/7/head", "refs/pull/7/head"))
                .isEqualTo("refs/pull/7/head");
        assertThat(WantedRef.of("HEAD", Optional.empty()).prefixes()).containsExactly("HEAD");
    }

    @Test
    void highestReleaseIsPickedAndAPreReleaseOnlyWithoutOne() {
        WantedRef versions = WantedRef.of("refs/tags/v*", Optional.of("semver"));
        assertThat(versions.prefixes()).containsExactly("refs/tags/v");
        assertThat(chosen(versions, "refs/tags/v1.9.0", "refs/tags/v1.10.0", "refs/tags/v2.0.0-rc.1", "refs/tags/vx"))
                .isEqualTo("refs/tags/v1.10.0");
        assertThat(chosen(versions, "refs/tags/v2.0.0-rc.2", "refs/tags/v2.0.0-rc.10"))
                .isEqualTo("refs/tags/v2.0.0-rc.10");
        assertThat(chosen(versions, "refs/tags/version", "refs/heads/v3.0.0")).isEmpty();
    }

    @Test
    void refThatIsNoneIsRefused() {
        for (String ref :
                List.of("", "a b", "a..b", "/x", "x/", "a~1", "a^", "x.lock", "refs/heads/*/x", "-", "@{1}")) {
            if (!ref.equals("-")) {
                assertThatThrownBy(() -> WantedRef.of(ref, Optional.empty()))
                        .as(ref)
                        .hasMessageContaining("is not a ref");
            }
        }
    }

    @Test
    void starAndPickBelongTogether() {
        assertThatThrownBy(() -> WantedRef.of("refs/tags/v*", Optional.empty())).hasMessageContaining("pick: semver");
        assertThatThrownBy(() -> WantedRef.of("main", Optional.of("semver"))).hasMessageContaining("ends in '*'");
        assertThatThrownBy(() -> WantedRef.of("v*", Optional.of("semver"))).hasMessageContaining("refs/tags/v*");
        assertThatThrownBy(() -> WantedRef.of("refs/tags/v*", Optional.of("newest")))
                .hasMessageContaining("unknown pick 'newest' (expected: semver");
    }

    @Test
    void versionsAreOrderedAsTheSpecificationOrdersThem() {
        // The example of semver.org 2.0.0, section 11
        List<String> order = List.of(
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
                "2.0.0",
                "2.1.0",
                "2.1.1",
                "2.1.20");
        assertThat(order.reversed().stream()
                        .map(text -> Semver.parse(text).orElseThrow())
                        .sorted())
                .containsExactlyElementsOf(order.stream()
                        .map(text -> Semver.parse(text).orElseThrow())
                        .toList());
        for (String none : List.of("1.0", "01.0.0", "1.0.0-", "1.0.0-a..b", "x1.0.0", "1.0.0 ", "")) {
            assertThat(Semver.parse(none)).as(none).isEmpty();
        }
        assertThat(Semver.parse("v1.0.0+build.7")).isPresent();
        assertThat(Semver.parse("99999999999999999999.0.0")).isPresent();
    }

    private static String chosen(WantedRef wanted, String... names) {
        List<Ref> refs = Stream.of(names)
                .<Ref>map(name -> new ObjectIdRef.Unpeeled(Ref.Storage.NETWORK, name, ObjectId.zeroId()))
                .toList();
        return wanted.choose(refs).map(Ref::getName).orElse("");
    }
}

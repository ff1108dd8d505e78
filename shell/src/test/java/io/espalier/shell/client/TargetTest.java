package io.espalier.shell.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    private static final Optional<Target> STORED = Optional.of(new Target(URI.create("http://stored:1"), "kept"));
    private static final Map<String, String> ENV = Map.of("ESPALIER_URL", "http://env:2", "ESPALIER_TOKEN", "fromenv");

    @Test
    void optionsComeBeforeEnvironmentBeforeStore() {
        assertThat(Target.choose("http://given:3", "mine", ENV, STORED)).contains(target("http://given:3", "mine"));
        assertThat(Target.choose(null, null, ENV, STORED)).contains(target("http://env:2", "fromenv"));
        assertThat(Target.choose(null, null, Map.of(), STORED)).contains(target("http://stored:1", "kept"));
        assertThat(Target.choose(null, null, Map.of(), Optional.empty())).isEmpty();
    }

    @Test
    void storedTokenGoesToNoOtherOrchestrator() {
        assertThat(Target.choose("http://evil:1", null, Map.of(), STORED)).contains(target("http://evil:1", null));
        assertThat(Target.choose(null, null, Map.of("ESPALIER_URL", "http://evil:1"), STORED))
                .contains(target("http://evil:1", null));
        assertThat(Target.choose("http://stored:1/", null, Map.of(), STORED))
                .contains(target("http://stored:1", "kept"));
    }

    @Test
    void emptyVariablesCountAsUnset() {
        var env = Map.of("ESPALIER_URL", "", "ESPALIER_TOKEN", " ");

        assertThat(Target.choose(null, null, env, STORED)).isEqualTo(STORED);
    }

    @Test
    void schemeMayBeLeftOutAndASlashAtTheEndIsDropped() {
        assertThat(Target.parse("127.0.0.1:8080/")).isEqualTo(URI.create("http://127.0.0.1:8080"));
        assertThat(Target.parse("https://a.example/fleet/")).isEqualTo(URI.create("https://a.example/fleet"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a", "http://", "http://user:pass@a", "http://a?x=1", "file:///etc/passwd", "a b"})
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> Target.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tokenIsNotShown() {
        assertThat(target("http://a", "s3cret").toString()).doesNotContain("s3cret");
    }

    private static Target target(String url, String token) {
        return new Target(URI.create(url), token);
    }
}

package io.espalier.protocol.release;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathsTest {

    @ParameterizedTest
    @ValueSource(strings = {"/etc/motd", "/srv/ä/b c", "/a", "/etc/...", "/etc/.hidden"})
    void ordinaryPathsAreTaken(String path) {
        assertThatCode(() -> Paths.check(path)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "etc/motd",
                "/",
                "/etc/",
                "/etc//motd",
                "/etc/../motd",
                "/./motd",
                "/..",
                "/etc/mo\ntd",
                "/etc/mo\u0000td",
                "/etc/\u007f",
                "/etc/a\u0308",
                "/etc/\ud800"
            })
    void anythingElseIsRefused(String path) {
        assertThatThrownBy(() -> Paths.check(path)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 3501})
    void tooLongIsRefused(int length) {
        assertThatThrownBy(() -> Paths.check("/" + "x".repeat(length))).hasMessageContaining("at most");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc", "/", "etc/", "/etc//", "/../"})
    void folderNeedsExactlyOneSlashBehind(String path) {
        assertThatThrownBy(() -> Paths.checkFolder(path)).isInstanceOf(IllegalArgumentException.class);
    }
}

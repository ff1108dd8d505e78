package io.espalier.orchestrator.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.testkit.Ran;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "two words",
                "it's",
                "$(touch /tmp/x)",
                "`id`",
                "a;b&c|d",
                "\"double\"",
                "new\nline",
                "*?[a]~",
                "\\",
                "'''",
                "-n",
                "ünïcode"
            })
    void shellTakesApartWhatWasJoined(String argument) {
        var words = new ArrayList<>(List.of("printf", "%s|", "first", argument, "last"));
        Ran ran = Ran.of(Duration.ofSeconds(60), "sh", "-c", ShellWords.join(words));
        assertThat(ran.output()).isEqualTo(("first|" + argument + "|last|").strip());
    }

    @Test
    void nulIsRefused() {
        assertThatThrownBy(() -> ShellWords.join(List.of("a\0b"))).isInstanceOf(IllegalArgumentException.class);
    }
}

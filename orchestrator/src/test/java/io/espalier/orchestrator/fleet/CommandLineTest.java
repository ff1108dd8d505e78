package io.espalier.orchestrator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    @Test
    void splitsAsAShellWould() {
        assertThat(CommandLine.split("nginx  -t\t-c {stage}/etc/nginx.conf"))
                .containsExactly("nginx", "-t", "-c", "{stage}/etc/nginx.conf");
        assertThat(CommandLine.split("a 'b c' \"d e\" f\\ g")).containsExactly("a", "b c", "d e", "f g");
        assertThat(CommandLine.split("a b'c'\"d\"e")).containsExactly("a", "bcde");
        assertThat(CommandLine.split("a '' \"\"")).containsExactly("a", "", "");
        assertThat(CommandLine.split("a \"b\\\"c\\\\d\\x\"")).isEqualTo(List.of("a", "b\"c\\d\\x"));
        assertThat(CommandLine.split("sh -c 'a | b && c > \"$d\"'")).containsExactly("sh", "-c", "a | b && c > \"$d\"");
        assertThat(CommandLine.split("a --x=y b#c d~")).containsExactly("a", "--x=y", "b#c", "d~");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a | b", "a && b", "a; b", "a > b", "a < b", "a $b", "a \"$b\"", "a `b`", "a (b)", "a *.conf", "a b?",
                "a ~/b", "a #b", "a &", "A=b c", "a\nb", "a 'b", "a \"b", "a \\", "", " ", "''"
            })
    void refusesWhatAShellWouldActOn(String command) {
        assertThatIllegalArgumentException().isThrownBy(() -> CommandLine.split(command));
    }
}

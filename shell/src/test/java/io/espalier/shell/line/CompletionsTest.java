package io.espalier.shell.line;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CompletionsTest {
    private static final Option STATE = Option.choice("state", "which", List.of("failed", "drifted"));
    private static final Option HOST = Option.value("host", "HOST", "which")
            .of(new Values.Known(Noun.HOST))
            .many();
    private static final Argument NAME = Argument.one("NAME", "a host", new Values.Known(Noun.HOST));

    private final Parser parser = new Parser(List.of(
            Syntax.of("hosts", "all").options(STATE),
            Syntax.of("host", "one").arguments(NAME),
            Syntax.of("drift", "what"),
            Syntax.of("drift heal", "mend").arguments(NAME).options(HOST),
            Syntax.HELP));

    private final Completions completions =
            new Completions(parser, noun -> noun == Noun.HOST ? List.of("web1", "db1") : List.of());

    @Test
    void firstWordIsACommand() {
        assertThat(words(List.of(), "")).containsExactly("hosts", "host", "drift", "help");
    }

    @Test
    void wordsOfACommandAndItsArgumentsFollow() {
        assertThat(words(List.of("drift"), "")).containsExactly("heal");
        assertThat(words(List.of("drift", "heal"), "")).containsExactly("web1", "db1");
        assertThat(words(List.of("host", "web1"), "")).isEmpty();
    }

    @Test
    void optionsAreThoseOfTheCommandThatAreNotGivenYet() {
        assertThat(words(List.of("hosts"), "-")).contains("--state", "--output").doesNotContain("--host");
        assertThat(words(List.of("hosts", "--state", "failed"), "--")).doesNotContain("--state");
        assertThat(words(List.of("drift", "heal", "--host", "a"), "--")).contains("--host");
        assertThat(words(List.of("drift", "heal", "--"), "-")).doesNotContain("--host");
    }

    @Test
    void valuesOfAnOptionComeInBothForms() {
        assertThat(words(List.of("hosts", "--state"), "")).containsExactly("failed", "drifted");
        assertThat(words(List.of("hosts"), "--state=f")).containsExactly("--state=failed", "--state=drifted");
        assertThat(words(List.of("hosts", "-o"), "")).containsExactly("table", "json", "yaml");
        assertThat(words(List.of("drift", "heal", "--host"), "")).containsExactly("web1", "db1");
    }

    @Test
    void helpCompletesCommandsOnly() {
        assertThat(words(List.of("help"), "")).contains("hosts", "drift");
        assertThat(words(List.of("help", "drift"), "")).containsExactly("heal");
        assertThat(words(List.of("help", "host"), "")).isEmpty();
    }

    private List<String> words(List<String> before, String current) {
        return completions.propose(before, current).stream()
                .map(Completions.Proposal::word)
                .toList();
    }
}

package io.espalier.shell.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ParserTest {
    private static final Option YES = Option.flag("yes", "do not ask").letter('y');
    private static final Option HOST = Option.value("host", "HOST", "which")
            .of(new Values.Known(Noun.HOST))
            .many();
    private static final Option REF = Option.value("ref", "REF", "which");
    private static final Argument ID = Argument.one("ID", "its number", new Values.Known(Noun.ROLLOUT));

    private final Parser parser = new Parser(List.of(
            Syntax.of("status", "at a glance"),
            Syntax.of("hosts", "all"),
            Syntax.of("deploy", "carry out").options(REF, HOST, YES),
            Syntax.of("rollout", "one").arguments(ID),
            Syntax.of("rollout pause", "halt").arguments(ID),
            Syntax.of("rollback", "back")
                    .arguments(Argument.one("HOST", "which", new Values.Any()).any()),
            Syntax.of("source sync", "look").arguments(Argument.one("NAME", "which", new Values.Any()))));

    @Test
    void flagLeavesTheNextWordAlone() {
        var run = run("rollback", "-v", "web1", "--no-color", "web2");

        assertThat(run.given().arguments()).containsExactly("web1", "web2");
        assertThat(run.given().has(Option.VERBOSE)).isTrue();
    }

    @Test
    void optionsStandAnywhereAndInBothForms() {
        var run = run("--url=http://a", "deploy", "--ref", "v 1", "-o", "json", "-y");

        assertThat(run.syntax().name()).isEqualTo("deploy");
        assertThat(run.given().value(REF)).isEqualTo("v 1");
        assertThat(run.given().value(Option.URL)).isEqualTo("http://a");
        assertThat(run.given().value(Option.OUTPUT)).isEqualTo("json");
        assertThat(run.given().has(YES)).isTrue();
    }

    @Test
    void twoDashesEndTheOptions() {
        var run = run("rollback", "--", "--yes", "-x", "--");

        assertThat(run.given().arguments()).containsExactly("--yes", "-x", "--");
        assertThat(run.given().has(YES)).isFalse();
    }

    @Test
    void repeatedOptionsAndListsWithCommasAddUp() {
        assertThat(run("deploy", "--host", "a,b", "--host=c").given().values(HOST))
                .containsExactly("a", "b", "c");
        assertThat(wrong("deploy", "--host", "a,,b").message()).isEqualTo("--host: is empty");
    }

    @Test
    void longestCommandWins() {
        assertThat(run("rollout", "12").syntax().name()).isEqualTo("rollout");
        assertThat(run("rollout", "pause", "12").given().arguments()).containsExactly("12");
    }

    @Test
    void flagTakesTrueAndFalseButNoOtherValue() {
        assertThat(run("deploy", "--yes=false").given().has(YES)).isFalse();
        assertThat(run("deploy", "--yes=true").given().has(YES)).isTrue();
        assertThat(wrong("deploy", "--yes=web1").message()).isEqualTo("--yes takes no value, but was given 'web1'");
    }

    @Test
    void forgottenValueIsNotTakenFromTheNextOption() {
        assertThat(wrong("deploy", "--ref", "--yes").message()).isEqualTo("--ref needs a value: --ref REF");
        assertThat(wrong("deploy", "--ref").message()).isEqualTo("--ref needs a value: --ref REF");
        assertThat(run("deploy", "--ref=--yes").given().value(REF)).isEqualTo("--yes");
    }

    @Test
    void mistypedWordsGetTheNearestName() {
        assertThat(wrong("hsots").suggestion()).isEqualTo("hosts");
        assertThat(wrong("statsu", "--output", "json").suggestion()).isEqualTo("status");
        assertThat(wrong("source", "snyc").suggestion()).isEqualTo("source sync");
        assertThat(wrong("rollout", "puase", "12").suggestion()).isEqualTo("rollout pause");
        assertThat(wrong("deploy", "--hots", "a").suggestion()).isEqualTo("--host");
        assertThat(wrong("status", "--ref", "a"))
                .isEqualTo(new Line.Wrong("'status' has no option --ref", null, List.of("status")));
        assertThat(wrong("xyzzy").suggestion()).isNull();
    }

    @Test
    void wrongUsageNamesWhatIsMissingOrTooMuch() {
        assertThat(wrong("rollout").message()).isEqualTo("'rollout' needs ID, its number");
        assertThat(wrong("rollout", "12", "13").message()).isEqualTo("'rollout' does not take '13'");
        assertThat(wrong("rollout", "0").message()).startsWith("ID: '0' is not within 1");
        assertThat(wrong("source").message()).isEqualTo("'source' needs one more word: sync");
        assertThat(wrong("deploy", "--ref", "a", "--ref", "b").message()).isEqualTo("--ref is given twice");
        assertThat(wrong("status", "-o", "xml").message()).isEqualTo("--output: 'xml' is not one of table, json, yaml");
    }

    @Test
    void helpWorksAnywhereUnlessItIsAnArgument() {
        assertThat(parse("--help")).isEqualTo(new Line.Help(List.of()));
        assertThat(parse("rollout", "pause", "--help")).isEqualTo(new Line.Help(List.of("rollout", "pause")));
        assertThat(parse("rollout", "12", "-h")).isEqualTo(new Line.Help(List.of("rollout")));
        assertThat(parse("source", "--help")).isEqualTo(new Line.Help(List.of("source")));
        assertThat(parse("help", "deploy")).isEqualTo(new Line.Help(List.of("deploy")));
        assertThat(parse("deploy", "--nonsense", "--help")).isEqualTo(new Line.Help(List.of("deploy")));
        assertThat(wrong("dploy", "--help").suggestion()).isEqualTo("deploy");
        assertThat(run("rollback", "--", "--help").given().arguments()).containsExactly("--help");
    }

    @Test
    void optionsWithoutCommandAreForTheShellAsAWhole() {
        assertThat(parse()).isInstanceOf(Line.Nothing.class);
        assertThat(parse("--url", "http://a"))
                .isInstanceOfSatisfying(
                        Line.Nothing.class,
                        nothing -> assertThat(nothing.given().value(Option.URL)).isEqualTo("http://a"));
    }

    @Test
    void optionThatIsAFlagInOneCommandOnlyIsADefect() {
        var commands = List.of(
                Syntax.of("a", "a").options(Option.flag("all", "all")),
                Syntax.of("b", "b").options(Option.value("all", "ALL", "all")));

        assertThatThrownBy(() -> new Parser(commands)).hasMessageContaining("--all");
    }

    private Line parse(String... words) {
        return parser.parse(List.of(words));
    }

    private Line.Run run(String... words) {
        assertThat(parse(words)).isInstanceOf(Line.Run.class);
        return (Line.Run) parse(words);
    }

    private Line.Wrong wrong(String... words) {
        assertThat(parse(words)).isInstanceOf(Line.Wrong.class);
        return (Line.Wrong) parse(words);
    }
}

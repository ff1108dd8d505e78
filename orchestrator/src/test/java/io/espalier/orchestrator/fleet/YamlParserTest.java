package io.espalier.orchestrator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class YamlParserTest {

    @Test
    void everyValueKnowsItsPlace() {
        Yaml yaml = YamlParser.parse("a.yaml", bytes("a:\n  - b\n  - {c: 'd'}\n"), new Problems())
                .orElseThrow();

        assertThat(yaml)
                .isEqualTo(new Yaml.Entries(
                        at(1, 1),
                        List.of(new Yaml.Entry(
                                "a",
                                at(1, 1),
                                new Yaml.Items(
                                        at(2, 3),
                                        List.of(
                                                new Yaml.Scalar(at(2, 5), "b", Yaml.Scalar.Kind.TEXT, false),
                                                new Yaml.Entries(
                                                        at(3, 5),
                                                        List.of(new Yaml.Entry(
                                                                "c",
                                                                at(3, 6),
                                                                new Yaml.Scalar(
                                                                        at(3, 9),
                                                                        "d",
                                                                        Yaml.Scalar.Kind.TEXT,
                                                                        true))))))))));
    }

    @Test
    void scalarsFollowTheCoreSchema() {
        assertThat(kinds("[ 0644, 0o17, 1.5, true, yes, ~, null, \"1\", 1e3, !!x ]".replace(", !!x", "")))
                .containsExactly(
                        Yaml.Scalar.Kind.INTEGER,
                        Yaml.Scalar.Kind.INTEGER,
                        Yaml.Scalar.Kind.DECIMAL,
                        Yaml.Scalar.Kind.FLAG,
                        Yaml.Scalar.Kind.TEXT,
                        Yaml.Scalar.Kind.NOTHING,
                        Yaml.Scalar.Kind.NOTHING,
                        Yaml.Scalar.Kind.TEXT,
                        Yaml.Scalar.Kind.DECIMAL);
    }

    @Test
    void emptyFileIsAnEmptyMap() {
        assertThat(YamlParser.parse("a.yaml", bytes("# nothing\n"), new Problems()))
                .contains(new Yaml.Entries(at(1, 1), List.of()));
    }

    @Test
    void whatIsNoPlainDocumentIsRefusedWithItsPlace() {
        assertThat(problem("a: 1\na: 2\n")).isEqualTo("a.yaml:2:1 key 'a' is there twice");
        assertThat(problem("a: !!binary aGk=\n"))
                .isEqualTo("a.yaml:1:4 tag 'tag:yaml.org,2002:binary' is not supported");
        assertThat(problem("a: 1\n---\nb: 2\n")).isEqualTo("a.yaml:2:1 a second document (one document a file)");
        assertThat(problem("a: &x { <<: { b: 1 } }\n")).isEqualTo("a.yaml:1:9 merge keys ('<<') are not supported");
        assertThat(problem("? [ a ]\n: 1\n")).isEqualTo("a.yaml:1:3 a key must be text");
        assertThat(problem("a: *b\n")).isEqualTo("a.yaml:1:4 unknown alias or one inside its own anchor");
        assertThat(problem("a: &a [ *a ]\n")).isEqualTo("a.yaml:1:9 unknown alias or one inside its own anchor");
        assertThat(problem("a: 'b\n")).startsWith("a.yaml:2:1 not YAML: ");
        assertThat(problem("a:\n\t- b\n")).startsWith("a.yaml:2:1 not YAML: ").endsWith("(indent with spaces)");
        assertThat(problem(new byte[] {'a', ':', ' ', (byte) 0xff})).isEqualTo("a.yaml:1:1 not UTF-8 text");
    }

    @Test
    void nestingIsBounded() {
        assertThat(problem("[".repeat(100_000))).isEqualTo("a.yaml:1:33 nested deeper than 32 levels");
        assertThat(problem("{a: ".repeat(100_000))).contains("nested deeper than 32 levels");
        assertThat(problem("- ".repeat(100_000))).contains("nested deeper than 32 levels");
    }

    @Test
    void anchorsDoNotMultiplyWithoutBound() {
        var bomb = new StringBuilder("a0: &a0 [ x, x, x, x, x, x, x, x, x, x ]\n");
        for (int i = 1; i < 20; i++) {
            bomb.append("a%d: &a%d [ %s ]%n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(9) + "*a" + (i - 1)));
        }

        assertThat(problem(bomb.toString())).contains("more than 500000 values, aliases counted");
    }

    @Test
    void sizeIsBounded() {
        assertThat(problem("a: " + "x".repeat(5 << 20))).startsWith("a.yaml:1:1 too large: 5242883 characters");
    }

    private static List<Yaml.Scalar.Kind> kinds(String text) {
        Optional<Yaml> yaml = YamlParser.parse("a.yaml", bytes(text), new Problems());
        return ((Yaml.Items) yaml.orElseThrow())
                .items().stream().map(item -> ((Yaml.Scalar) item).kind()).toList();
    }

    private static String problem(String text) {
        return problem(bytes(text));
    }

    private static String problem(byte[] content) {
        var problems = new Problems();
        assertThat(YamlParser.parse("a.yaml", content, problems)).isEmpty();
        assertThat(problems.sorted()).hasSize(1);
        return problems.sorted().getFirst().toString();
    }

    private static Place at(int line, int column) {
        return new Place("a.yaml", line, column);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

package io.espalier.metrics.graphite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Policy;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.metrics.trend.ChunkStore;
import io.espalier.metrics.trend.Frame;
import io.espalier.metrics.trend.Range;
import io.espalier.metrics.trend.Trend;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each function does, on three hosts of six points each; expected values by Graphite's documentation. */
class EvaluationTest {
    private static final long START = 1_772_366_400;
    private static final double[][] VALUES = {
        {1, 2, 4, 8, 6, 10}, {10, 10, Double.NaN, 10, 10, 10}, {0, 5, 5, 0, 5, 5},
    };

    @TempDir
    Path dir;

    private Trend trend;
    private Evaluation evaluation;

    @BeforeEach
    void fill() throws IOException {
        var store = new ChunkStore(dir, _ -> {});
        // An earlier stretch, for what looks back.
        for (int i = -6; i < 6; i++) {
            var frame = new Frame(START + i * 10L);
            for (int host = 0; host < 3; host++) {
                double value = i < 0 ? 100 + i : VALUES[host][i];
                if (!Double.isNaN(value)) {
                    frame.add("s,web" + host + ",10.0.0.1,load", value);
                }
            }
            store.append(frame);
        }
        var clock = MutableClock.fixed();
        trend = new Trend(new MetricTree(new TreeSettings(1, Policy.OPEN, 10), clock), store, 10, clock);
        evaluation = new Evaluation(trend);
    }

    @AfterEach
    void close() {
        trend.close();
    }

    private List<Curve> of(String target) {
        return evaluation.of(target, new Range(START, START + 60, 10));
    }

    private static String show(Curve curve) {
        return curve.name() + " = "
                + Arrays.stream(curve.values())
                        .mapToObj(v -> Double.isNaN(v)
                                ? "-"
                                : v == Math.rint(v) ? Long.toString((long) v) : "%.3f".formatted(v))
                        .collect(Collectors.joining(" "));
    }

    private static String escaped(String path) {
        return path.replace("web0", "s.web0.10%2E0%2E0%2E1.load")
                .replace("web1", "s.web1.10%2E0%2E0%2E1.load")
                .replace("web2", "s.web2.10%2E0%2E0%2E1.load");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "web0 ~ web0 = 1 2 4 8 6 10",
                "alias(web0,\"x y\") ~ x y = 1 2 4 8 6 10",
                "aliasByNode(web0,1) ~ web0'",
                "aliasByNode(web0,1,-1) ~ web0.load'",
                "aliasSub(web0,'^s.(w.*?).10.*','is \\1') ~ is web0'",
                "sumSeries(s.*.*.load) ~ sumSeries(s.*.*.load) = 11 17 9 18 21 25",
                "sum(web0,web2) ~ sumSeries(web0,web2) = 1 7 9 8 11 15",
                "averageSeries(s.*.*.load) ~ averageSeries(s.*.*.load) = 3.667 5.667 4.500 6 7 8.333",
                "minSeries(s.*.*.load) ~ minSeries(s.*.*.load) = 0 2 4 0 5 5",
                "maxSeries(s.*.*.load) ~ maxSeries(s.*.*.load) = 10 10 5 10 10 10",
                "diffSeries(web0,web1) ~ diffSeries(web0,web1) = -9 -8 4 -2 -4 0",
                "divideSeries(web0,web2) ~ divideSeries(web0,web2) = - 0.400 0.800 - 1.200 2",
                "asPercent(web0,20) ~ asPercent(web0,20) = 5 10 20 40 30 50",
                "asPercent(web0,web1) ~ asPercent(web0,web1) = 10 20 - 80 60 100",
                "groupByNode(s.web{0,2}.*.load,0,\"sum\") ~ s = 1 7 9 8 11 15",
                "groupByNodes(s.web{0,2}.*.load,'max',0,3) ~ s.load = 1 5 5 8 6 10",
                "summarize(web0,'20s') ~ summarize(web0,\"20s\",\"sum\") = 3 12 16",
                "summarize(web0,'30s','max') ~ summarize(web0,\"30s\",\"max\") = 4 10",
                "movingAverage(web0,2) ~ movingAverage(web0,2) = 98.500 50 1.500 3 6 7",
                "movingAverage(web0,'20s') ~ movingAverage(web0,\"20s\") = 98.500 50 1.500 3 6 7",
                "scale(web0,10) ~ scale(web0,10) = 10 20 40 80 60 100",
                "offset(web0,-1) ~ offset(web0,-1) = 0 1 3 7 5 9",
                "derivative(web0) ~ derivative(web0) = - 1 2 4 -2 4",
                "nonNegativeDerivative(web0) ~ nonNegativeDerivative(web0) = - 1 2 4 - 4",
                "perSecond(web0) ~ perSecond(web0) = - 0.100 0.200 0.400 - 0.400",
                "keepLastValue(web1) ~ keepLastValue(web1) = 10 10 10 10 10 10",
                "keepLastValue(web1,0) ~ keepLastValue(web1) = 10 10 - 10 10 10",
                "transformNull(web1,-1) ~ transformNull(web1,-1) = 10 10 -1 10 10 10",
                "transformNull(web1) ~ transformNull(web1,0) = 10 10 0 10 10 10",
                "timeShift(web0,'1min') ~ timeShift(web0,\"-1min\") = 94 95 96 97 98 99",
                "highestMax(s.*.*.load,1) ~ web0'",
                "highestAverage(s.*.*.load) ~ web1'",
                "limit(s.*.*.load,1) ~ web0'",
                "limit(sortByMaxima(s.web{1,2}.*.load),1) ~ web1'",
                "limit(sortByName(s.web[0-2].*.load),1) ~ web0'",
                "constantLine(100) ~ 100 = 100 100 100 100 100 100",
                "threshold(7,\"too much\") ~ too much = 7 7 7 7 7 7",
                "seriesByTag('name=web2') ~ web2 = 0 5 5 0 5 5",
                "alias( sumSeries( web0 , scale(web2, 2) ) , 'nested') ~ nested = 1 12 14 8 16 20",
            })
    void functionsDoWhatGraphiteDocuments(String target, String expected) {
        List<Curve> curves = of(escaped(target.replace("'s web0", "s web0")));
        assertThat(curves).as(target).hasSize(1);
        if (expected.endsWith("'")) {
            String name = expected.substring(0, expected.length() - 1);
            assertThat(curves.getFirst().name()).isIn(name, escaped(name));
        } else {
            assertThat(show(curves.getFirst())).isEqualTo(escaped(expected));
        }
    }

    @Test
    void patternsChooseNames() {
        assertThat(of("s.web?.*.load")).hasSize(3);
        assertThat(of("s.{web0}.*.load")).hasSize(1);
        assertThat(of("s.web[!0].*.load")).hasSize(2);
        assertThat(of("*.web0.10%2E0%2E0%2E1.*")).hasSize(1);
        assertThat(of("s.web0.10.0.0.1.load")).isEmpty();
        assertThat(of("sumSeries(nobody.*)")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sum(",
                "sum(a))",
                "nonsense(a)",
                "alias(a)",
                "scale(s.web0.*.load,'x')",
                "a.{b",
                "a.b}",
                "a.[b",
                "5",
                "alias(a,\"b)",
                "movingAverage(s.web0.*.load,'soon')",
                "a.[z-a]"
            })
    void whatIsNotUnderstoodIsTold(String target) {
        assertThatThrownBy(() -> of(target)).isInstanceOf(GraphiteException.class);
    }

    @Test
    void namesSurviveTheWayThereAndBack() {
        for (String name : List.of("10.3.1.12", "a b", "x%2E", "{}[]()", "é,|'\"", "*")) {
            String path = DottedPath.of(List.of("top", name));
            assertThat(DottedPath.parse(path).matches(List.of("top", name)))
                    .as(path)
                    .isTrue();
            assertThat(DottedPath.parse(path).matches(List.of("top", "other"))).isFalse();
        }
        assertThat(DottedPath.names("a%2Cb,c|p99")).containsExactly("a,b", "c", "p99");
    }
}

package io.espalier.metrics.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.espalier.metrics.wire.Statsd.Kind;
import io.espalier.metrics.wire.Statsd.Metric;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatsdTest {
    private static List<Statsd> read(String line) throws BadWireException {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return Statsd.read(bytes, 0, bytes.length);
    }

    private static Metric metric(String name, Kind kind, double value) {
        return new Metric(name, List.of(), kind, "", value, 1, OptionalLong.empty());
    }

    @Test
    void readsEveryType() throws BadWireException {
        assertThat(read("a.b:1|c")).containsExactly(metric("a.b", Kind.COUNTER, 1));
        assertThat(read("a:333|g")).containsExactly(metric("a", Kind.GAUGE, 333));
        assertThat(read("a:-10|g")).containsExactly(metric("a", Kind.GAUGE_CHANGE, -10));
        assertThat(read("a:+4|g")).containsExactly(metric("a", Kind.GAUGE_CHANGE, 4));
        for (String type : List.of("ms", "h", "d")) {
            assertThat(read("a:320|" + type)).containsExactly(metric("a", Kind.TIMER, 320));
        }
        assertThat(read("a:-2|ms")).containsExactly(metric("a", Kind.TIMER, -2));
        assertThat(read("a:user 7|s"))
                .containsExactly(new Metric("a", List.of(), Kind.SET, "user 7", 0, 1, OptionalLong.empty()));
    }

    @Test
    void readsRatesTagsAndTimesAndPassesOverWhatItDoesNotKnow() throws BadWireException {
        assertThat(read("a:1|c|@0.1|#b:x:y,a:1,c|c:ci-1|T1656581400|e:it"))
                .containsExactly(new Metric(
                        "a", List.of("a=1", "b=x:y", "c"), Kind.COUNTER, "", 1, 0.1, OptionalLong.of(1656581400)));
    }

    @Test
    void manyValuesStandInOneLineInBothDialects() throws BadWireException {
        assertThat(read("a:1:2.5|d|#t:v"))
                .extracting(one -> ((Metric) one).value(), one -> ((Metric) one).tags())
                .containsExactly(tuple(1.0, List.of("t=v")), tuple(2.5, List.of("t=v")));
        assertThat(read("a:1|c:320|ms|@0.5:7|g"))
                .containsExactly(
                        metric("a", Kind.COUNTER, 1),
                        new Metric("a", List.of(), Kind.TIMER, "", 320, 0.5, OptionalLong.empty()),
                        metric("a", Kind.GAUGE, 7));
    }

    @Test
    void readsEventsAndChecks() throws BadWireException {
        assertThat(read("_e{5,4}:title|text|t:warning|#a:b")).containsExactly(new Statsd.Event("title", "warning"));
        assertThat(read("_e{3,0}:a|b|")).containsExactly(new Statsd.Event("a|b", "info"));
        assertThat(read("_sc|redis|2|h:web1|m:no answer"))
                .containsExactly(new Statsd.Check("redis", "critical", "no answer"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "hello; expected name:value|type",
                ":1|c; expected name:value|type",
                "a:1; no |type at byte 3",
                "a:1|x; no type 'x' (c, g, ms, h, d, s) at byte 5",
                "a:x|c; not a number at byte 3",
                "a:NaN|g; not a number",
                "a:1e999|g; not a number",
                "a:1|c|@0; a sample rate of 0.0",
                "a:1|c|@2; a sample rate of 2.0",
                "_e{500,1}:a|b; a title of 500 bytes in 3",
                "_e{-1,1}:a|b; a title of -1 bytes",
                "_e{x; expected _e",
                "_sc|a|9; a status of 9",
                "_sc||1; expected _sc",
            })
    void badLinesAreRefusedWithTheReason(String line, String reason) {
        assertThatThrownBy(() -> read(line))
                .isInstanceOf(BadWireException.class)
                .hasMessageContaining(reason);
    }
}

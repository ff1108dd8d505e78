package io.espalier.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Policy;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.MutableClock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueriesTest {
    private final MetricTree tree = new MetricTree(new TreeSettings(4, Policy.OPEN, 1000), MutableClock.fixed());
    private final Queries queries = new Queries(tree, new Budget(100_000, 10_000));

    private void put(String path, double value) {
        var batch = new Batch();
        batch.add(value, path.split(","));
        tree.merge(batch);
    }

    private void hosts() {
        put("ip1,cpu", 0.2);
        put("ip1,net", 120);
        put("ip2,cpu", 0.3);
        put("ip2,net", 10);
        put("ip3,cpu0", 0.3);
        put("ip3,cpu1", 0.6);
        put("foo", 3);
        put("a,b,c,d", 42);
    }

    private Map<String, Double> ask(String key) {
        var answer = new LinkedHashMap<String, Double>();
        for (Result result : queries.run(Query.parse(key))) {
            answer.put(result.key(), ((Value.Scalar) result.value()).value());
        }
        return answer;
    }

    @Test
    void resultsOfTheOldTreeHold() {
        hosts();
        assertThat(ask("ip1,net")).isEqualTo(Map.of("ip1,net", 120.0));
        assertThat(ask("ip*,cpu")).isEqualTo(Map.of("ip1,cpu", 0.2, "ip2,cpu", 0.3));
        assertThat(ask("ip*,cpu*")).isEqualTo(Map.of("ip1,cpu", 0.2, "ip2,cpu", 0.3, "ip3,cpu0", 0.3, "ip3,cpu1", 0.6));
        Map<String, Double> lists = ask("ip*|list,cpu*|avg");
        assertThat(lists).containsOnlyKeys("ip1,cpu*", "ip2,cpu*", "ip3,cpu*");
        assertThat(lists.get("ip1,cpu*")).isEqualTo(0.2);
        assertThat(lists.get("ip2,cpu*")).isEqualTo(0.3);
        assertThat(lists.get("ip3,cpu*")).isCloseTo(0.45, within(1e-12));
        assertThat(ask("*|sum,net")).isEqualTo(Map.of("*", 130.0));
        assertThat(ask("*|avg,net")).isEqualTo(Map.of("*", 65.0));
        assertThat(ask("ip*|avg,cpu*|avg").get("ip*")).isCloseTo(0.31666666666666665, within(1e-12));
        assertThat(ask("ip1")).isEqualTo(Map.of("ip1,cpu", 0.2, "ip1,net", 120.0));
        assertThat(ask("a")).isEqualTo(Map.of("a,b,c,d", 42.0));
        assertThat(ask("*1,net*")).isEqualTo(Map.of("ip1,net", 120.0));
        assertThat(ask("?p?,net*")).isEqualTo(Map.of("ip1,net", 120.0, "ip2,net", 10.0));
        assertThat(ask("*")).as("a glob at the end takes leaves right there").isEqualTo(Map.of("foo", 3.0));
        assertThat(ask("a,*")).isEmpty();
        assertThat(ask("foo,x,y")).as("segments after a leaf are ignored").isEqualTo(Map.of("foo", 3.0));
        assertThat(ask("nowhere,*|sum")).isEmpty();
    }

    @Test
    void wordsOfTheReadmeHold() {
        put("br,ie,6", 3);
        put("br,ie,7", 8);
        put("br,ie,7,venders,sogou", 3);
        put("br,webkit,14.0", 40);
        assertThat(ask("br,webkit")).isEqualTo(Map.of("br,webkit,14.0", 40.0));
        assertThat(ask("br,ie,,venders,sogou")).isEqualTo(Map.of("br,ie,7,venders,sogou", 3.0));
        assertThat(ask("br,ie,*|sum,venders,sogou")).isEqualTo(Map.of("br,ie,*", 3.0));
        assertThat(ask("br,ie,*")).isEqualTo(Map.of("br,ie,6", 3.0, "br,ie,7", 8.0));
        assertThat(ask("br,ie|sum")).isEqualTo(Map.of("br,ie", 14.0));
        assertThat(ask("")).hasSize(4);
    }

    @Test
    void everyReducerReduces() {
        for (int i = 1; i <= 100; i++) {
            put("n,k" + i, i);
        }
        assertThat(ask("n,*|min")).isEqualTo(Map.of("n,*", 1.0));
        assertThat(ask("n,*|max")).isEqualTo(Map.of("n,*", 100.0));
        assertThat(ask("n,*|count")).isEqualTo(Map.of("n,*", 100.0));
        assertThat(ask("n,*|p99")).isEqualTo(Map.of("n,*", 99.0));
        assertThat(ask("n,k[1-3]?|sum"))
                .isEqualTo(Map.of(
                        "n,k[1-3]?",
                        10.0 + 11 + 12 + 13 + 14 + 15 + 16 + 17 + 18 + 19 + 20 + 21 + 22 + 23 + 24 + 25 + 26 + 27 + 28
                                + 29 + 30 + 31 + 32 + 33 + 34 + 35 + 36 + 37 + 38 + 39));
    }

    @Test
    void weightsCountInTheWeightedMeanOnly() {
        var batch = new Batch();
        batch.hint(Action.AVERAGE);
        batch.add(10, "w", "a");
        batch.add(10, "w", "a");
        batch.add(10, "w", "a");
        batch.add(2, "w", "b");
        tree.merge(batch);
        assertThat(ask("w,*|avg")).isEqualTo(Map.of("w,*", 6.0));
        assertThat(ask("w,*|wavg")).isEqualTo(Map.of("w,*", 8.0));
    }

    @Test
    void percentilesOfSketchesAreOfAllTheirValues() {
        var batch = new Batch();
        batch.hint(Action.SKETCH);
        for (int i = 1; i <= 1000; i++) {
            batch.add(i, "t", i > 500 ? "slow" : "fast");
        }
        tree.merge(batch);
        assertThat(ask("t,*|p90").get("t,*")).isCloseTo(900, within(10.0));
    }

    @Test
    void commasAndBarsInNamesAreWrittenWithPercent() {
        var batch = new Batch();
        batch.add(1, "a,b", "c|d", "e*");
        tree.merge(batch);
        assertThat(ask("a%2Cb,c%7Cd,e%2A")).isEqualTo(Map.of("a%2Cb,c%7Cd,e%2A", 1.0));
    }

    @Test
    void keysInUrlsMayBeEncodedOrNot() {
        hosts();
        put("x,y", 5);
        var batch = new Batch();
        batch.add(7, "a,b", "c");
        tree.merge(batch);
        assertThat(askUrl("ip*%7Cavg,cpu*%7Cavg")).containsOnlyKeys("ip*");
        assertThat(askUrl("ip*|avg,cpu*|avg")).containsOnlyKeys("ip*");
        assertThat(askUrl("ip%2A%7Csum%2Cnet")).isEqualTo(Map.of("ip*", 130.0));
        assertThat(askUrl("ip%3F,net")).hasSize(2);
        assertThat(askUrl("a%2Cb,c")).isEqualTo(Map.of("a%2Cb,c", 7.0));
        assertThat(askUrl("a%252Cb,c")).isEqualTo(Map.of("a%2Cb,c", 7.0));
        assertThat(askUrl("x%2Cy")).isEqualTo(Map.of("x,y", 5.0));
    }

    private Map<String, Double> askUrl(String raw) {
        var answer = new LinkedHashMap<String, Double>();
        for (Result result : queries.run(Query.ofUrl(raw))) {
            answer.put(result.key(), ((Value.Scalar) result.value()).value());
        }
        return answer;
    }

    @Test
    void unknownReducersAreErrorsAndLongAnswersStayInTheBudget() {
        assertThatThrownBy(() -> Query.parse("a*|foo")).hasMessageContaining("no reducer named 'foo'");
        for (int i = 0; i < 11_000; i++) {
            put("big,k" + i, i);
        }
        assertThatThrownBy(() -> ask("big")).hasMessageContaining("more than 10000 results");
        assertThat(ask("big,*|count")).isEqualTo(Map.of("big,*", 11_000.0));
        assertThat(Explanation.of(Query.parse("big,*|sum"), tree).visits()).isBetween(11_000L, 11_010L);
    }

    @Test
    void whatTheTreeSaysAboutItselfIsOnlyShownToWhoAsksForIt() {
        put("foo", 1);
        tree.note("drops,test", 3, java.util.Optional.empty());
        assertThat(ask("")).containsOnlyKeys("foo");
        assertThat(ask("*|sum,*,*")).isEmpty();
        assertThat(ask("~tree,drops,test")).containsEntry("~tree,drops,test", 3.0);
    }
}

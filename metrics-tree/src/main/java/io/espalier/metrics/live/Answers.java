package io.espalier.metrics.live;

import io.espalier.metrics.json.JsonText;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.query.Value;
import io.espalier.metrics.tree.Top;
import java.util.List;
import java.util.OptionalDouble;

/** Results as JSON: {@code [{"br,ie,7": 2328}, ...]}. */
public final class Answers {
    private Answers() {}

    public static String list(List<Result> results) {
        var json = new JsonText().open('[');
        for (Result result : results) {
            json.open('{').name(result.key());
            write(json, result.value());
            json.close('}');
        }
        return json.close(']').toString();
    }

    public static String value(Value value) {
        var json = new JsonText();
        write(json, value);
        return json.toString();
    }

    /** A value as one number: the median of a distribution, the total of a ranking; none of a text. */
    public static OptionalDouble number(Value value) {
        return switch (value) {
            case Value.Scalar(double number) -> OptionalDouble.of(number);
            case Value.Spread spread -> OptionalDouble.of(spread.p50());
            case Value.Ranking(var items) ->
                OptionalDouble.of(
                        (double) items.stream().mapToLong(Top.Item::count).sum());
            case Value.Text _ -> OptionalDouble.empty();
        };
    }

    private static void write(JsonText json, Value value) {
        switch (value) {
            case Value.Scalar(double number) -> json.number(number);
            case Value.Spread spread ->
                json.open('{')
                        .name("count")
                        .number(spread.count())
                        .name("sum")
                        .number(spread.sum())
                        .name("min")
                        .number(spread.min())
                        .name("max")
                        .number(spread.max())
                        .name("p50")
                        .number(spread.p50())
                        .name("p90")
                        .number(spread.p90())
                        .name("p99")
                        .number(spread.p99())
                        .close('}');
            case Value.Ranking(var items) -> {
                json.open('[');
                for (Top.Item item : items) {
                    json.open('{').name(item.name()).number(item.count()).close('}');
                }
                json.close(']');
            }
            case Value.Text(var markers) -> json.text(markers.newest().text());
        }
    }
}

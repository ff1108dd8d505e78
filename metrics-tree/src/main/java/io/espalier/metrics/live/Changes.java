package io.espalier.metrics.live;

import io.espalier.metrics.json.JsonText;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a watcher is told.
 *
 * @param seq     to ask with next time
 * @param isReset that changes since the given seq are not all known any more: get the whole once
 */
public record Changes(long seq, boolean isReset, List<Change> list) {
    /** @param json the new value */
    public record Change(long seq, String key, String json) {}

    public Changes {
        list = List.copyOf(list);
    }

    /** These with their keys called otherwise. */
    public Changes named(UnaryOperator<String> name) {
        return new Changes(
                seq,
                isReset,
                list.stream()
                        .map(change -> new Change(change.seq, name.apply(change.key), change.json))
                        .toList());
    }

    /** {@code [{"br,ie,7": 2328}]}, with {@code {"~reset": true}} first after a reset. */
    public String toJson() {
        var text = new JsonText().open('[');
        if (isReset) {
            text.open('{').name("~reset").bool(true).close('}');
        }
        for (Change change : list) {
            text.open('{').name(change.key).raw(change.json).close('}');
        }
        return text.close(']').toString();
    }
}

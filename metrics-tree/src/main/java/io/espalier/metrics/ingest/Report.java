package io.espalier.metrics.ingest;

import io.espalier.metrics.json.JsonText;
import io.espalier.metrics.pipe.AccessLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What became of a push. */
public final class Report {
    private static final int SHOWN = 20;

    /**
     * @param line from 1, in the order received
     * @param text how it begins
     */
    public record Bad(long line, String reason, String text) {}

    private long merged;
    private long badCount;
    private final List<Bad> bad = new ArrayList<>();
    private Optional<String> format = Optional.empty();

    void merged(long count) {
        merged += count;
    }

    void bad(long line, String reason, byte[] bytes, int from, int to) {
        badCount++;
        if (bad.size() < SHOWN) {
            bad.add(new Bad(line, reason, AccessLog.sample(bytes, from, to)));
        }
    }

    void format(String detected) {
        format = Optional.of(detected);
    }

    /** Of access log lines, when it was found by looking. */
    public Optional<String> format() {
        return format;
    }

    /** Objects or lines that were merged. */
    public long merged() {
        return merged;
    }

    public long badCount() {
        return badCount;
    }

    /** The first few that were not. */
    public List<Bad> bad() {
        return List.copyOf(bad);
    }

    public String toJson() {
        var json = new JsonText().open('{');
        json.name("merged").number(merged).name("rejected").number(badCount);
        format.ifPresent(name -> json.name("format").text(name));
        json.name("bad").open('[');
        for (Bad line : bad) {
            json.open('{')
                    .name("line")
                    .number(line.line)
                    .name("reason")
                    .text(line.reason)
                    .name("text")
                    .text(line.text)
                    .close('}');
        }
        return json.close(']').close('}').toString();
    }
}

package io.espalier.orchestrator.dns;

import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.TreeJson;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import java.nio.charset.StandardCharsets;

/** HTTPDNS's figures as leaves of the metrics tree, below {@code httpdns}. */
final class DnsLeaves {

    private DnsLeaves() {}

    /** @param figures as {@link io.espalier.httpdns.operate.Tallies#tree} writes them: each replaces the one before */
    static Batch of(String figures) {
        byte[] json = figures.getBytes(StandardCharsets.UTF_8);
        var batch = new Batch();
        batch.hint(Action.SET);
        try {
            new TreeJson().read(json, 0, json.length, batch);
        } catch (BadJsonException e) {
            throw new IllegalStateException("figures of HTTPDNS that the tree cannot read: " + e.getMessage(), e);
        }
        return batch;
    }
}

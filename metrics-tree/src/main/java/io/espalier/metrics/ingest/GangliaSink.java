package io.espalier.metrics.ingest;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.wire.BadWireException;
import io.espalier.metrics.wire.Gmetric;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Ganglia's packets: numbers are {@code ganglia,HOST,METRIC}, the newest kept; texts, units and slope are markers
 * there.
 */
final class GangliaSink implements Sink {
    private static final String TEXT = "string";
    private static final int BATCH = 1000;
    private static final int KNOWN = 100_000;

    private final Intake intake;
    private final Rejects rejects;
    private final Batch batch = new Batch();
    /** What was told of a metric, so that it becomes a marker once and not every minute. */
    private final Map<String, String> told = remember();

    private final Map<String, String> types = remember();
    private long requests;

    GangliaSink(Intake intake) {
        this.intake = intake;
        rejects = new Rejects(intake.tree());
    }

    private static Map<String, String> remember() {
        return new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                return size() > KNOWN;
            }
        };
    }

    @Override
    public void datagram(byte[] bytes, int from, int to) {
        message(bytes, from, to);
    }

    @Override
    public void message(byte[] bytes, int from, int to) {
        try {
            take(Gmetric.read(bytes, from, to));
        } catch (BadWireException e) {
            rejects.add("bad-gmetric", String.valueOf(e.getMessage()), bytes, from, from);
        }
        if (batch.leaves() >= BATCH) {
            flush();
        }
    }

    private void take(Gmetric packet) {
        String metric = packet.host() + ',' + packet.name();
        switch (packet) {
            case Gmetric.Metadata meta -> {
                types.put(metric, meta.type());
                // A text has no units, and its own value is the marker to see.
                if (!meta.type().equals(TEXT)) {
                    String text = "type " + meta.type() + ", units " + meta.units() + ", slope " + meta.slope();
                    marker(packet, metric + " meta", text);
                }
            }
            case Gmetric.Number number -> value(number, number.value());
            case Gmetric.Text text -> {
                double value = TEXT.equals(types.get(metric)) ? Double.NaN : number(text.value());
                if (Double.isNaN(value)) {
                    marker(packet, metric, text.value());
                } else {
                    value(text, value);
                }
            }
            case Gmetric.Request _ -> requests++;
        }
    }

    private static double number(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        double value = GraphiteSink.number(bytes, 0, bytes.length);
        return Double.isFinite(value) ? value : Double.NaN;
    }

    private void enter(Gmetric packet) {
        batch.hint(Action.LAST);
        batch.stamp(0);
        batch.enter("ganglia");
        batch.enter(packet.host());
        batch.enter(packet.name());
    }

    private void leave() {
        batch.leave();
        batch.leave();
        batch.leave();
    }

    private void value(Gmetric packet, double value) {
        enter(packet);
        batch.number(value);
        leave();
    }

    private void marker(Gmetric packet, String key, String text) {
        if (!text.equals(told.put(key, text)) && !text.isEmpty()) {
            enter(packet);
            batch.text(text);
            leave();
        }
    }

    @Override
    public void flush() {
        if (!batch.isEmpty()) {
            intake.tree().merge(batch);
        }
        batch.clear();
        if (requests > 0) {
            intake.tree().note("ganglia,metadata-requests", requests, Optional.empty());
            requests = 0;
        }
        rejects.flush();
    }
}

package io.espalier.metrics.ingest;

import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.wire.BadWireException;
import io.espalier.metrics.wire.Pickle;
import java.nio.charset.StandardCharsets;

/** Graphite's pickles: the same leaves as its plaintext makes. */
final class PickleSink implements Sink {
    private static final int BATCH = 4096;

    private final Intake intake;
    private final Rejects rejects;
    private final Batch batch = new Batch();

    PickleSink(Intake intake) {
        this.intake = intake;
        rejects = new Rejects(intake.tree());
    }

    @Override
    public void message(byte[] bytes, int from, int to) {
        try {
            for (Pickle.Point point : Pickle.read(bytes, from, to)) {
                byte[] path = point.path().getBytes(StandardCharsets.UTF_8);
                if (GraphiteSink.isPath(path, 0, path.length)) {
                    GraphiteSink.point(batch, path, 0, path.length, point.value(), point.seconds());
                } else {
                    rejects.add("bad-pickle", "an empty, too long or too deep part in", path, 0, path.length);
                }
                if (batch.leaves() >= BATCH) {
                    flush();
                }
            }
        } catch (BadWireException e) {
            // Raw bytes are no help to a reader.
            rejects.add("bad-pickle", String.valueOf(e.getMessage()), bytes, from, from);
        }
    }

    @Override
    public void flush() {
        if (!batch.isEmpty()) {
            intake.tree().merge(batch);
        }
        batch.clear();
        rejects.flush();
    }
}

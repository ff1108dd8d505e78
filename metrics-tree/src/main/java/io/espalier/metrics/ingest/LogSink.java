package io.espalier.metrics.ingest;

import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.TreeJson;
import io.espalier.metrics.pipe.AccessLog;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.wire.Gmetric;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Access log lines of one sender, JSON objects between them, and over UDP Ganglia's packets. */
final class LogSink implements Sink {
    private static final int LINES = 16_384;
    private static final int LEAVES = 4096;

    private final Intake intake;
    final Report report = new Report();
    final AccessLog log;
    private final Batch batch = new Batch();
    private final TreeJson json = new TreeJson();
    private final Rejects rejects;
    private long seen;
    private boolean isTold;
    /** That what starts with a brace is JSON for the tree. */
    private boolean isTree;

    private Optional<GangliaSink> ganglia = Optional.empty();

    LogSink(Intake intake) {
        this(intake, false);
    }

    /** @param isLog that lines which are JSON may be a log's: those are looked at first */
    LogSink(Intake intake, boolean isLog) {
        this.intake = intake;
        isTree = !isLog && !intake.hasJsonLog();
        rejects = new Rejects(intake.tree());
        log = intake.log(this::bad);
    }

    private void bad(long line, int column, String reason, byte[] bytes, int from, int to) {
        String where = "column " + column + ": " + reason;
        report.bad(line, where, bytes, from, to);
        rejects.add("bad-line", where, bytes, from, to);
    }

    @Override
    public void datagram(byte[] bytes, int from, int to) {
        if (Gmetric.isOne(bytes, from, to)) {
            if (ganglia.isEmpty()) {
                ganglia = Optional.of(new GangliaSink(intake));
            }
            ganglia.get().message(bytes, from, to);
        } else {
            Sink.super.datagram(bytes, from, to);
        }
    }

    @Override
    public void message(byte[] bytes, int from, int to) {
        seen++;
        if (isForTree(bytes, from, to)) {
            try {
                json.read(bytes, from, to, batch);
            } catch (BadJsonException e) {
                String reason = String.valueOf(e.getMessage());
                report.bad(seen, reason, bytes, from, to);
                rejects.add("bad-json", reason, bytes, from, to);
            }
        } else {
            log.line(bytes, from, to);
        }
        if (seen % LINES == 0 || batch.leaves() >= LEAVES) {
            flush();
        }
    }

    private boolean isForTree(byte[] bytes, int from, int to) {
        if (to == from || bytes[from] != '{' && bytes[from] != '[') {
            return false;
        }
        if (!isTree && log.format().isEmpty()) {
            isTree = LogFormat.detect(List.of(Arrays.copyOfRange(bytes, from, to)))
                    .isEmpty();
        }
        return isTree;
    }

    @Override
    public void flush() {
        log.flush(batch);
        if (!batch.isEmpty()) {
            intake.tree().merge(batch);
        }
        batch.clear();
        rejects.flush();
        ganglia.ifPresent(GangliaSink::flush);
        if (!isTold && log.detected().isPresent()) {
            isTold = true;
            intake.tree().note("formats," + log.detected().get(), 1, Optional.empty());
        }
    }
}

package io.espalier.metrics.pipe;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import java.util.Optional;

/**
 * A pipe of somebody else: an exception of it costs what it counted since the last flush and is counted itself,
 * and no other pipe and no line is the worse for it.
 */
final class GuardedPipe implements Pipe {
    /** Makes them. */
    record Factory(Pipe.Factory inner) implements Pipe.Factory {
        boolean isOf(Pipe.Factory other) {
            return inner.getClass().equals(other.getClass());
        }

        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public boolean fits(LogFormat format) {
            return inner.fits(format);
        }

        @Override
        public Pipe init() {
            return new GuardedPipe(inner);
        }
    }

    private static final int MAX_DEPTH = 32;

    private final Pipe.Factory factory;
    private Optional<Pipe> pipe = Optional.empty();
    private long failures;
    private String latest = "";

    private GuardedPipe(Pipe.Factory factory) {
        this.factory = factory;
    }

    @Override
    @SuppressWarnings("CatchingUnchecked")
    public void process(LogRecord line) {
        try {
            if (pipe.isEmpty()) {
                pipe = Optional.of(factory.init());
            }
            pipe.get().process(line);
        } catch (RuntimeException | LinkageError e) {
            failed(e);
        }
    }

    private void failed(Throwable e) {
        failures++;
        latest = e.toString();
    }

    @Override
    public void flush(Batch batch) {
        if (pipe.isPresent()) {
            Batch.Mark mark = batch.mark();
            try {
                pipe.get().flush(batch);
                if (batch.depth() != mark.depth() || batch.depth() > MAX_DEPTH) {
                    throw new IllegalStateException("flush entered " + batch.depth() + " names more than it left");
                }
            } catch (RuntimeException | LinkageError e) {
                batch.rewind(mark);
                failed(e);
                pipe = Optional.empty();
            }
        }
        if (failures > 0) {
            note(batch, factory.name(), failures, latest);
            failures = 0;
        }
    }

    /** A leaf {@code ~tree,drops,pipe-NAME}. */
    static void note(Batch batch, String name, long count, String sample) {
        batch.hint(Action.ADD);
        batch.enter("~tree");
        batch.enter("drops");
        batch.enter("pipe-" + name);
        batch.number((double) count);
        batch.text(sample.length() > 256 ? sample.substring(0, 256) : sample);
        batch.leave();
        batch.leave();
        batch.leave();
    }

    @Override
    public void cleanup() {
        try {
            pipe.ifPresent(Pipe::cleanup);
        } catch (RuntimeException | LinkageError e) {
            failed(e);
        }
    }
}

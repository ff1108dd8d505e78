package io.espalier.metrics.trend;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * History in a folder: 10 s for 2 days, 1 min for 30 days, 1 h for 2 years. Each coarser tier is summed up from the
 * finer one while frames come in, and after a restart from what the finer one holds. A reading takes the coarsest
 * tier that is fine enough, the newest part from the finer ones and what is older than it from the coarser ones.
 */
public final class ChunkStore implements TrendStore {
    private static final long HEAD_BYTES = 96L << 20;

    static final List<Tier.Plan> PLANS = List.of(
            new Tier.Plan(10, Duration.ofDays(2).toSeconds(), 360, 1, HEAD_BYTES),
            new Tier.Plan(60, Duration.ofDays(30).toSeconds(), 720, 4, HEAD_BYTES),
            new Tier.Plan(3600, Duration.ofDays(730).toSeconds(), 720, 4, HEAD_BYTES));

    private final List<Tier> tiers = new ArrayList<>();
    /** The row in the making for each tier but the finest. */
    private final List<Optional<Rollup>> open = new ArrayList<>();

    /**
     * @param dir        for this store alone
     * @param complaints about damaged files, which are left out
     */
    public ChunkStore(Path dir, Consumer<String> complaints) throws IOException {
        this(dir, PLANS, complaints);
    }

    ChunkStore(Path dir, List<Tier.Plan> plans, Consumer<String> complaints) throws IOException {
        for (Tier.Plan plan : plans) {
            tiers.add(new Tier(dir.resolve(plan.step() + "s"), plan, complaints));
            open.add(Optional.empty());
        }
        for (int t = 1; t < tiers.size(); t++) {
            catchUp(t);
        }
    }

    /** What the finer tier got since the last row of this one. */
    private void catchUp(int t) throws IOException {
        Tier finer = tiers.get(t - 1);
        long from = tiers.get(t).end();
        int step = tiers.get(t).step();
        var rows = new TreeMap<Long, Rollup>();
        for (String key : finer.all(from)) {
            finer.read(
                    key,
                    from,
                    Long.MAX_VALUE,
                    (time, sum, n, least, greatest) -> rows.computeIfAbsent(
                                    Math.floorDiv(time, step) * step, Rollup::new)
                            .add(key, sum, n, least, greatest));
        }
        while (rows.size() > 1) {
            Rollup row = rows.pollFirstEntry().getValue();
            tiers.get(t).append(row.from, row);
        }
        open.set(
                t,
                rows.isEmpty()
                        ? Optional.empty()
                        : Optional.of(rows.firstEntry().getValue()));
    }

    @Override
    public int step() {
        return tiers.getFirst().step();
    }

    @Override
    public void append(Frame frame) {
        try {
            long time = Math.floorDiv(frame.time(), step()) * step();
            tiers.getFirst().append(time, frame);
            for (int row = 0; row < frame.size(); row++) {
                double value = frame.value(row, 0);
                sum(1, time, frame.key(row), value, 1, value, value);
            }
        } catch (IOException e) {
            throw new TrendException(TrendException.Reason.AWAY, "the disk: " + e.getMessage());
        }
    }

    private void sum(int t, long time, String key, double sum, double n, double least, double greatest)
            throws IOException {
        if (t == tiers.size()) {
            return;
        }
        int step = tiers.get(t).step();
        long from = Math.floorDiv(time, step) * step;
        Optional<Rollup> held = open.get(t);
        if (held.isPresent() && held.get().from != from) {
            Rollup full = held.get();
            open.set(t, Optional.empty());
            tiers.get(t).append(full.from, full);
            for (int row = 0; row < full.size(); row++) {
                sum(
                        t + 1,
                        full.from,
                        full.key(row),
                        full.value(row, 0),
                        full.value(row, 1),
                        full.value(row, 2),
                        full.value(row, 3));
            }
        }
        if (open.get(t).isEmpty()) {
            open.set(t, Optional.of(new Rollup(from)));
        }
        open.get(t).get().add(key, sum, n, least, greatest);
    }

    @Override
    public List<String> names(String prefix, Range range) {
        var names = new TreeSet<String>();
        long to = range.to();
        for (Tier tier : tiers) {
            tier.names(prefix, range.from(), to, name -> {
                if (names.size() == MOST && !names.contains(name)) {
                    throw new TrendException(
                            TrendException.Reason.BUDGET, "more than " + MOST + " series begin with '" + prefix + "'");
                }
                names.add(name);
            });
            // What is older than this tier, the next one knows.
            to = Math.min(to, tier.start().orElse(to));
            if (to <= range.from()) {
                break;
            }
        }
        return List.copyOf(names);
    }

    @Override
    public List<Series> read(List<String> keys, Range range) {
        if (keys.size() > MOST) {
            throw new TrendException(TrendException.Reason.BUDGET, "more than " + MOST + " series");
        }
        int t = 0;
        while (t + 1 < tiers.size() && tiers.get(t + 1).step() <= range.step()) {
            t++;
        }
        var all = new ArrayList<Series>();
        for (String key : keys) {
            var series = new Series(key, range);
            long from = range.from();
            long oldest = tiers.get(t).start().orElse(range.to());
            for (int coarse = tiers.size() - 1; coarse > t; coarse--) {
                long to = Math.min(
                        oldest,
                        coarse == t + 1 ? oldest : tiers.get(coarse - 1).start().orElse(oldest));
                to = Math.min(to, tiers.get(coarse).end());
                if (from < to) {
                    tiers.get(coarse).read(key, from, Math.min(to, range.to()), series);
                    from = to;
                }
            }
            for (int fine = t; fine >= 0 && from < range.to(); fine--) {
                tiers.get(fine).read(key, from, range.to(), series);
                from = Math.max(from, tiers.get(fine).end());
            }
            all.add(series);
        }
        return all;
    }

    @Override
    public void close() {
        for (Tier tier : tiers) {
            try {
                tier.close();
            } catch (IOException e) {
                throw new TrendException(TrendException.Reason.AWAY, "the disk: " + e.getMessage());
            }
        }
    }
}

package io.espalier.agent.drift;

import io.espalier.agent.apply.Alarms;
import io.espalier.agent.apply.Applier;
import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.observe.DigestCache;
import io.espalier.agent.observe.Observation;
import io.espalier.agent.observe.Observer;
import io.espalier.agent.system.Names;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.wire.DriftedPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at every path of the release on disk from time to time. Remembers, also over restarts, since when a path
 * differs in the same way.
 */
public final class DriftWatch {

    /** The most paths that are remembered and told. */
    private static final int MAX_TOLD = 10_000;

    private final Applier applier;
    private final Fs fs;
    private final Observer observer;
    private final DigestCache digests;
    private final Comparison comparison;
    private final InstantSource clock;
    private final String file;
    private Map<String, Instant> since;
    private int lastCount;

    /** @param stateFolder the agent's own, beneath the root of {@code fs} */
    public DriftWatch(
            Applier applier,
            Fs fs,
            Observer observer,
            DigestCache digests,
            Names names,
            InstantSource clock,
            String stateFolder) {
        this.applier = applier;
        this.fs = fs;
        this.observer = observer;
        this.digests = digests;
        this.comparison = new Comparison(names);
        this.clock = clock;
        this.file = Fs.in(stateFolder, "drift");
        this.since = recall(fs, file);
        this.lastCount = since.size();
    }

    /** Looks every {@code interval} from now on. */
    public void start(Alarms alarms, Duration interval) {
        alarms.after(interval, () -> {
            try {
                if (!applier.isApplying()) {
                    look();
                }
            } catch (IOException e) {
                System.err.println("drift: " + e.getMessage());
            } finally {
                start(alarms, interval);
            }
        });
    }

    /** How many paths differed at the last look. */
    public synchronized int lastCount() {
        return lastCount;
    }

    /** Looks now. Sorted by path; at most 10,000. */
    public synchronized List<DriftedPath> look() throws IOException {
        Optional<Release> release = applier.release();
        if (release.isEmpty()) {
            lastCount = 0;
            return List.of();
        }
        Observation seen = observe(observer, release.get());
        Set<String> known = new HashSet<>();
        release.get().files().forEach(wanted -> known.add(wanted.path()));
        known.addAll(seen.files().keySet());
        digests.retain(known);
        List<DriftedPath> found = comparison.compare(release.get(), seen, clock.instant());
        lastCount = found.size();
        return remember(found.subList(0, Math.min(found.size(), MAX_TOLD)));
    }

    /** Looks once, beside a daemon that may run; remembers nothing. */
    public static List<DriftedPath> peek(
            Release release, Fs fs, Observer observer, Names names, InstantSource clock, String stateFolder)
            throws IOException {
        Map<String, Instant> since = recall(fs, Fs.in(stateFolder, "drift"));
        return new Comparison(names)
                .compare(release, observe(observer, release), clock.instant()).stream()
                        .map(path -> since(path, since.getOrDefault(key(path), path.since())))
                        .toList();
    }

    private static Observation observe(Observer observer, Release release) throws IOException {
        var paths = new LinkedHashSet<String>();
        release.files().forEach(wanted -> paths.add(wanted.path()));
        List<String> purged =
                release.units().stream().flatMap(unit -> unit.purged().stream()).toList();
        return observer.observe(paths, purged);
    }

    private static DriftedPath since(DriftedPath path, Instant first) {
        return new DriftedPath(path.path(), path.unit(), path.kind(), path.expected(), path.actual(), first);
    }

    private List<DriftedPath> remember(List<DriftedPath> found) {
        var fresh = new HashMap<String, Instant>();
        List<DriftedPath> dated = found.stream()
                .map(path -> {
                    Instant first = since.getOrDefault(key(path), path.since());
                    fresh.put(key(path), first);
                    return since(path, first);
                })
                .toList();
        if (!fresh.equals(since)) {
            since = fresh;
            store();
        }
        return dated;
    }

    private static String key(DriftedPath path) {
        return path.kind() + " " + path.path();
    }

    /** Losing it costs only how long something has been so; it is not worth a sync. */
    private void store() {
        var out = new Writer()
                .list(since.entrySet(), (w, one) -> w.text(one.getKey()).instant(one.getValue()));
        String fresh = file + ".new";
        try {
            if (fs.look(fresh).isPresent()) {
                fs.remove(fresh);
            }
            try (OutputStream sink = fs.create(fresh, 0600, Entry.UNCHANGED, Entry.UNCHANGED)) {
                sink.write(out.toBytes());
            }
            fs.rename(fresh, file);
        } catch (IOException e) {
            System.err.println("drift: " + e.getMessage());
        }
    }

    private static Map<String, Instant> recall(Fs fs, String file) {
        var known = new HashMap<String, Instant>();
        try {
            if (fs.look(file).isPresent()) {
                try (InputStream in = fs.open(file)) {
                    var reader = new Reader(in.readAllBytes());
                    reader.list(r -> known.put(r.text(), r.instant()));
                }
            }
        } catch (IOException | MalformedException e) {
            known.clear();
        }
        return known;
    }
}

package io.espalier.orchestrator.source;

import io.espalier.protocol.Reason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All sources that are watched: those of the configuration for good, and those that the fleet names for as long as it
 * does.
 */
public final class Sources implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);
    private static final int AT_ONCE = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Map<SourceName, SourceSpec> configured;
    private final BiFunction<SourceName, SourceSpec, Mirror> mirrors;
    private final SourceStates states;
    private final Pace pace;
    private final InstantSource clock;
    private final Map<SourceName, Watcher> watchers = new TreeMap<>();
    private final Semaphore atOnce = new Semaphore(AT_ONCE, true);
    private @Nullable SourceListener listener;

    /** @param mirrors opens the local copy of a source; throws {@link SourceException} where a spec cannot be used */
    public Sources(
            Map<SourceName, SourceSpec> configured,
            BiFunction<SourceName, SourceSpec, Mirror> mirrors,
            SourceStates states,
            Pace pace,
            InstantSource clock) {
        this.configured = Map.copyOf(configured);
        this.mirrors = mirrors;
        this.states = states;
        this.pace = pace;
        this.clock = clock;
    }

    /** Begins to watch. Separate from construction because who listens usually reads sources, too. */
    public synchronized void start(SourceListener told) {
        if (listener != null) {
            throw new IllegalStateException("already started");
        }
        listener = told;
        configured.forEach(this::watch);
    }

    /**
     * Watches these sources besides the configured ones, and no others any more. A source whose spec is the same goes on
     * undisturbed. One with the name of a configured source is left out: a fleet cannot redirect its own source.
     */
    public synchronized void follow(Map<SourceName, SourceSpec> named) {
        var wanted = new TreeMap<>(named);
        for (SourceName name : configured.keySet()) {
            if (wanted.remove(name) != null) {
                LOG.atWarn()
                        .addKeyValue("source", name)
                        .log("the fleet names a source that the configuration fixes; left out");
            }
        }
        for (SourceName name : List.copyOf(watchers.keySet())) {
            Watcher watcher = watchers.get(name);
            boolean stays = configured.containsKey(name)
                    || (watcher != null && watcher.spec().equals(wanted.get(name)));
            if (!stays && watcher != null) {
                watcher.close();
                watchers.remove(name);
                if (!wanted.containsKey(name)) {
                    states.remove(name);
                }
            }
        }
        wanted.forEach((name, spec) -> {
            if (!watchers.containsKey(name)) {
                watch(name, spec);
            }
        });
    }

    private void watch(SourceName name, SourceSpec spec) {
        SourceListener told = listener;
        if (told == null) {
            throw new IllegalStateException("not started");
        }
        var with = new Watcher.Surroundings(states, told, pace, clock, RandomGenerator.getDefault(), atOnce);
        var watcher = new Watcher(name, spec, () -> mirrors.apply(name, spec), with);
        watchers.put(name, watcher);
        watcher.start();
    }

    public synchronized SortedSet<SourceName> sources() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(watchers.keySet()));
    }

    /** In order of name. */
    public synchronized List<SourceState> states() {
        return watchers.values().stream().map(Watcher::state).toList();
    }

    /** Has a source looked at soon; false if there is none of this name. */
    public boolean poke(SourceName name) {
        Optional<Watcher> watcher = find(name);
        watcher.ifPresent(Watcher::poke);
        return watcher.isPresent();
    }

    /**
     * Looks at a source now and waits for the end. Its listener has been told when this returns.
     *
     * @throws SourceException if there is no such source, or it is busy with another look for a minute
     */
    public SourceState sync(SourceName name) {
        return existing(name).sync(PATIENCE);
    }

    /**
     * The revision that was last announced.
     *
     * @throws SourceException if there is no such source, or nothing of it was read yet
     */
    public Snapshot snapshot(SourceName name) {
        return existing(name).snapshot();
    }

    /**
     * A revision that was seen before; within a listener also the one that it is being told of.
     *
     * @throws SourceException if there is no such source or revision
     */
    public Snapshot snapshot(SourceName name, Revision revision) {
        return existing(name).snapshot(revision);
    }

    /**
     * A revision that was seen before, or what a ref or abbreviated id means in what is held locally.
     *
     * @throws SourceException if there is no such source or revision
     */
    public Snapshot snapshot(SourceName name, String refOrRevision) {
        return existing(name).snapshot(refOrRevision);
    }

    private synchronized Optional<Watcher> find(SourceName name) {
        return Optional.ofNullable(watchers.get(name));
    }

    private Watcher existing(SourceName name) {
        return find(name)
                .orElseThrow(() -> new SourceException(
                        Reason.INVALID_REVISION, "no source '" + name + "' (there are: " + sources() + ")"));
    }

    /** Ends all watches; waits a few seconds for looks that are going on, so that what they write to may go. */
    @Override
    public void close() {
        List<Watcher> ending;
        synchronized (this) {
            ending = List.copyOf(watchers.values());
            watchers.clear();
        }
        ending.forEach(Watcher::close);
        long deadline = System.nanoTime() + GRACE.toNanos();
        try {
            for (Watcher watcher : ending) {
                watcher.awaitEnd(Duration.ofNanos(deadline - System.nanoTime()));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.espalier.orchestrator.render;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceName;
import java.util.Optional;

/**
 * Renders fleets. Keeps the parsed templates of the last few revisions and the threads on which templates are carried
 * out; nothing else outlives a call. Safe for several threads.
 */
public final class Renderer implements AutoCloseable {

    private static final String FOLDER = "templates/";

    private record Key(SourceName source, Revision revision, String prefix) {}

    private final Limits limits;
    private final RenderThreads threads;
    private final GivenUp givenUp = new GivenUp();
    private final Cache<Key, TemplateSet> templateSets =
            Caffeine.newBuilder().maximumSize(8).build();

    public Renderer() {
        this(Limits.DEFAULT);
    }

    public Renderer(Limits limits) {
        this.limits = limits;
        this.threads = new RenderThreads(
                limits.time(), Math.max(2, Runtime.getRuntime().availableProcessors()));
    }

    /**
     * @param source of the fleet; templates are below its {@code templates/} if there is no source for them
     * @param templates the source that the fleet names {@code templates}
     */
    public FleetRenderer of(Fleet fleet, Snapshot source, Optional<Snapshot> templates) {
        TemplateSet set = templates
                .map(snapshot -> templateSet(snapshot, "", snapshot.source() + ":"))
                .orElseGet(() -> templateSet(source, FOLDER, FOLDER));
        return new FleetRenderer(fleet, source, new TemplateWork(set, limits, givenUp), threads);
    }

    private TemplateSet templateSet(Snapshot snapshot, String prefix, String label) {
        var key = new Key(snapshot.source(), snapshot.commit().revision(), prefix);
        TemplateSet set = templateSets.get(key, unseen -> new TemplateSet(snapshot, prefix, label));
        set.readFrom(snapshot);
        return set;
    }

    @Override
    public void close() {
        threads.close();
    }
}

package io.espalier.orchestrator.render;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Renders fleets. Keeps the parsed templates of the last few contents and the threads on which templates are carried
 * out; nothing else outlives a call. Safe for several threads.
 */
public final class Renderer implements AutoCloseable {

    private static final String FOLDER = "templates/";

    private record Place(SourceName source, Revision revision, String prefix) {}

    private record Key(SourceName source, String prefix, Digest content) {}

    private final Limits limits;
    private final RenderThreads threads;
    private final GivenUp givenUp = new GivenUp();
    private final Cache<Place, Digest> contents =
            Caffeine.newBuilder().maximumSize(64).build();
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

    /** By content, since most commits change a variable or a host and no template, and parsing is half of a render. */
    private TemplateSet templateSet(Snapshot snapshot, String prefix, String label) {
        var place = new Place(snapshot.source(), snapshot.commit().revision(), prefix);
        Digest content = contents.get(place, unseen -> content(snapshot, prefix));
        TemplateSet set = templateSets.get(
                new Key(snapshot.source(), prefix, content), unseen -> new TemplateSet(snapshot, prefix, label));
        set.readFrom(snapshot);
        return set;
    }

    /** How many sets of parsed templates are kept. */
    int templateSets() {
        templateSets.cleanUp();
        return Math.toIntExact(templateSets.estimatedSize());
    }

    private static Digest content(Snapshot snapshot, String prefix) {
        var all = new StringBuilder();
        for (String path : snapshot.paths().tailSet(prefix)) {
            if (!path.startsWith(prefix)) {
                break;
            }
            all.append(path).append('\0').append(digest(snapshot, path)).append('\n');
        }
        return Digest.of(all.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A file that cannot be read is told where it is used; here it only differs from what can. */
    private static String digest(Snapshot snapshot, String path) {
        try {
            return snapshot.read(path).map(bytes -> Digest.of(bytes).hex()).orElse("");
        } catch (SourceException e) {
            return "unread " + snapshot.commit().revision();
        }
    }

    @Override
    public void close() {
        threads.close();
    }
}

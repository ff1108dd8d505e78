package io.espalier.orchestrator.release;

import io.espalier.orchestrator.render.RenderedFile.Origin;
import io.espalier.orchestrator.render.RenderedHost;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * From which template at which revision each path of a release was made; one small JSON file for each set of releases,
 * named by {@link ReleaseSet#key()}. Hosts whose paths have the same origins share one list of them:
 *
 * <pre>
 * {"sources": {"fleet": "4f5c...", "templates": "a01b..."},
 *  "layouts": [{"/etc/motd": {"source": "templates", "path": "base/motd.ftl"}}],
 *  "hosts": {"web1": 0, "web2": 0}}
 * </pre>
 *
 * For pages only: a release needs none of it, and a file that is gone is made again by the next build.
 */
public final class Provenances {

    /** So often can a host be changed unit by unit before it is no longer told where the rest came from. */
    private static final int MAX_DEPTH = 200;

    private final Path folder;
    private final JsonMapper json = JsonMapper.builder().build();
    private final AtomicLong temporaries = new AtomicLong();

    /**
     * Where the files of one host came from.
     *
     * @param sources the revision of every source that went in, by name
     * @param files by path on the host
     */
    public record Provenance(Map<String, String> sources, SortedMap<String, Origin> files) {}

    private record Sheet(
            SortedMap<String, String> sources,
            List<SortedMap<String, Origin>> layouts,
            SortedMap<String, Integer> hosts) {}

    /**
     * Of a set in which only some units are of a revision.
     *
     * @param whole the key of the set that the revision asks for
     * @param from the key of the set from which the rest of a host's release came; itself perhaps a partial one
     */
    private record PartialSheet(String whole, SortedSet<String> units, SortedMap<String, String> from) {}

    /** What is gathered while a set of releases is built. Not safe for several threads. */
    static final class Draft {
        private final SortedMap<String, String> sources = new TreeMap<>();
        private final Map<SortedMap<String, Origin>, Integer> layouts = new LinkedHashMap<>();
        private final SortedMap<String, Integer> hosts = new TreeMap<>();

        Draft(Map<SourceName, Commit> commits) {
            commits.forEach((name, commit) ->
                    sources.put(name.value(), commit.revision().id()));
        }

        void add(RenderedHost host) {
            var layout = new TreeMap<String, Origin>();
            host.units().forEach(unit -> unit.files().forEach(file -> layout.put(file.path(), file.origin())));
            int next = layouts.size();
            hosts.put(host.host().value(), layouts.computeIfAbsent(layout, unseen -> next));
        }

        private Sheet sheet() {
            return new Sheet(sources, new ArrayList<>(layouts.keySet()), hosts);
        }
    }

    /** @throws UncheckedIOException if the folder cannot be made */
    public Provenances(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
    }

    /**
     * Where the files of {@code unit} on a host came from; empty if nothing is known of that.
     *
     * @param releaseSet the key of the set from which the host's release came
     */
    public Optional<Provenance> of(Digest releaseSet, HostName host, String unit) {
        Digest at = releaseSet;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            Optional<PartialSheet> partial = read(partialFile(at), PartialSheet.class);
            if (partial.isEmpty()) {
                return of(at, host);
            }
            String next = partial.get().units().contains(unit)
                    ? partial.get().whole()
                    : partial.get().from().get(host.value());
            if (next == null) {
                return Optional.empty();
            }
            at = new Digest(next);
        }
        return Optional.empty();
    }

    /** Empty if nothing is known of that set of releases or of that host in it, or if it is a partial one. */
    public Optional<Provenance> of(Digest releaseSet, HostName host) {
        return read(file(releaseSet), Sheet.class)
                .flatMap(sheet -> Optional.ofNullable(sheet.hosts().get(host.value()))
                        .map(layout ->
                                new Provenance(sheet.sources(), sheet.layouts().get(layout))));
    }

    private <T> Optional<T> read(Path file, Class<T> type) {
        try {
            return Optional.of(json.readValue(Files.readAllBytes(file), type));
        } catch (NoSuchFileException | JacksonException unknown) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    void keep(Digest releaseSet, Draft draft) {
        write(file(releaseSet), draft.sheet());
    }

    /** @param from the key of the set from which each host's release came until now */
    void keepPartial(ReleaseSet set, Digest whole, Map<HostName, Digest> from) {
        var before = new TreeMap<String, String>();
        from.forEach((host, key) -> {
            if (set.releases().containsKey(host)) {
                before.put(host.value(), key.hex());
            }
        });
        write(partialFile(set.key()), new PartialSheet(whole.hex(), set.units(), before));
    }

    private void write(Path file, Object sheet) {
        Path temporary = folder.resolve(ProcessHandle.current().pid() + "-" + temporaries.incrementAndGet() + ".tmp");
        try {
            Files.write(temporary, json.writeValueAsBytes(sheet));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private Path partialFile(Digest releaseSet) {
        return folder.resolve(releaseSet.hex() + ".partial.json");
    }

    private Path file(Digest releaseSet) {
        return folder.resolve(releaseSet.hex() + ".json");
    }
}

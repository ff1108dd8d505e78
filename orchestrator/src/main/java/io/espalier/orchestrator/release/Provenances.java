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

    /** Empty if nothing is known of that set of releases or of that host in it. */
    public Optional<Provenance> of(Digest releaseSet, HostName host) {
        Sheet sheet;
        try {
            sheet = json.readValue(Files.readAllBytes(file(releaseSet)), Sheet.class);
        } catch (NoSuchFileException | JacksonException unknown) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file(releaseSet), e);
        }
        return Optional.ofNullable(sheet.hosts().get(host.value()))
                .map(layout -> new Provenance(sheet.sources(), sheet.layouts().get(layout)));
    }

    void keep(Digest releaseSet, Draft draft) {
        Path temporary = folder.resolve(ProcessHandle.current().pid() + "-" + temporaries.incrementAndGet() + ".tmp");
        try {
            Files.write(temporary, json.writeValueAsBytes(draft.sheet()));
            Files.move(
                    temporary, file(releaseSet), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file(releaseSet), e);
        }
    }

    private Path file(Digest releaseSet) {
        return folder.resolve(releaseSet.hex() + ".json");
    }
}

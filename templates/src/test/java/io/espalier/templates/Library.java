package io.espalier.templates;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.FleetReader;
import io.espalier.orchestrator.render.RenderedFile;
import io.espalier.orchestrator.render.Renderer;
import io.espalier.orchestrator.render.Rendering;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.protocol.HostName;
import io.espalier.protocol.wire.Facts;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The template library of this module, rendered as the product renders it. */
final class Library {

    /** The module's folder: tests run in it. */
    static final Path FOLDER = Path.of("").toAbsolutePath();

    private Library() {}

    /** Files by host and by path. */
    static SortedMap<String, SortedMap<String, byte[]>> render(Snapshot fleet) {
        var reading = new FleetReader().read(fleet);
        Fleet read = reading.fleet()
                .orElseThrow(() -> new AssertionError(reading.problems().toString()));
        var hosts = new TreeMap<String, SortedMap<String, byte[]>>();
        try (var renderer = new Renderer()) {
            var rendering = renderer.of(read, fleet, Optional.of(FolderSnapshot.of("templates", FOLDER)));
            for (HostName name : read.hosts().keySet()) {
                hosts.put(name.value(), files(rendering.render(read.hosts().get(name), Facts.NONE)));
            }
        }
        return hosts;
    }

    /** What is wrong with the files of the first host for which something is. */
    static List<String> problems(Snapshot fleet) {
        try {
            render(fleet);
            return List.of();
        } catch (Unrendered e) {
            return e.problems;
        }
    }

    private static SortedMap<String, byte[]> files(Rendering rendering) {
        return switch (rendering) {
            case Rendering.Failed(var problems) ->
                throw new Unrendered(problems.stream().map(Object::toString).toList());
            case Rendering.Done(var host) -> {
                var files = new TreeMap<String, byte[]>();
                host.units().stream()
                        .flatMap(unit -> unit.files().stream())
                        .forEach((RenderedFile file) ->
                                files.put(file.path(), file.content().bytes()));
                yield files;
            }
        };
    }

    private static final class Unrendered extends AssertionError {
        private static final long serialVersionUID = 1;

        private final transient List<String> problems;

        Unrendered(List<String> problems) {
            super(problems.toString());
            this.problems = problems;
        }
    }
}

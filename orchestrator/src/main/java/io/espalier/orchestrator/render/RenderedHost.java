package io.espalier.orchestrator.render;

import io.espalier.orchestrator.fleet.UnitSpec;
import io.espalier.protocol.HostName;
import java.util.List;

/** Everything that one host should hold, as bytes. Units in the order in which they are laid. */
public record RenderedHost(HostName host, List<RenderedUnit> units) {

    /**
     * @param files sorted by path
     * @param purged folders, each ending in a slash
     */
    public record RenderedUnit(UnitSpec spec, List<RenderedFile> files, List<String> purged) {
        public RenderedUnit {
            files = List.copyOf(files);
            purged = List.copyOf(purged);
        }
    }

    public RenderedHost {
        units = List.copyOf(units);
    }
}

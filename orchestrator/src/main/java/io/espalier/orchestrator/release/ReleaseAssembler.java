package io.espalier.orchestrator.release;

import io.espalier.orchestrator.fleet.UnitSpec;
import io.espalier.orchestrator.render.RenderedFile;
import io.espalier.orchestrator.render.RenderedHost;
import io.espalier.orchestrator.render.RenderedHost.RenderedUnit;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;

/** Makes a release of what was rendered and puts its blobs, and itself, into the object store. */
final class ReleaseAssembler {

    private final ObjectStore objects;

    ReleaseAssembler(ObjectStore objects) {
        this.objects = objects;
    }

    /** @throws IllegalArgumentException if it breaks a rule of {@link Release} */
    Release assemble(RenderedHost host) {
        var release =
                new Release(host.host(), host.units().stream().map(this::unit).toList());
        objects.put(release.encode());
        return release;
    }

    /** A release whose blobs are stored already. */
    void keep(Release release) {
        objects.put(release.encode());
    }

    private Unit unit(RenderedUnit unit) {
        UnitSpec spec = unit.spec();
        return new Unit(
                spec.name(),
                spec.packages(),
                spec.accounts(),
                spec.sysctl(),
                unit.files().stream().map(this::file).toList(),
                unit.purged(),
                spec.validate(),
                spec.check(),
                spec.reload(),
                spec.health(),
                spec.duties());
    }

    private FileEntry file(RenderedFile file) {
        objects.put(file.content().digest(), file.content().bytes());
        return new FileEntry(
                file.path(),
                file.content().digest(),
                file.content().size(),
                file.mode(),
                file.owner(),
                file.group(),
                file.secret());
    }
}

package io.espalier.orchestrator.host;

import java.time.InstantSource;

/** Registries for the tests of other packages. */
public final class Registries {

    private Registries() {}

    public static HostRegistry fresh(InstantSource clock) {
        return new HostRegistry(new HostRows(Databases.fresh()), clock);
    }
}

package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;
import java.nio.file.Path;

class LocalLinksTest extends LinkContract {

    @Override
    protected Links links(Path socket, LinkLimits limits) {
        return new LocalLinks(_ -> socket, greeter(), limits, traffic);
    }

    @Override
    protected Host host() {
        return Hosts.local("web1");
    }
}

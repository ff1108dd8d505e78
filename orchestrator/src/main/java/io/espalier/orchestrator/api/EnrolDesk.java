package io.espalier.orchestrator.api;

import io.espalier.protocol.api.EnrolProbe;
import io.espalier.protocol.api.EnrolRequest;
import io.espalier.protocol.api.EnrolmentView;
import org.springframework.stereotype.Component;

/** Takes hosts into the fleet. */
@Component
final class EnrolDesk {

    EnrolProbe probe(EnrolRequest request) {
        throw RequestRefused.conflict("internal", request.target());
    }

    EnrolmentView start(EnrolRequest request, String by) {
        throw RequestRefused.conflict("internal", request.target() + by);
    }

    EnrolmentView view(String id) {
        throw RequestRefused.notFound(id);
    }
}

package io.espalier.orchestrator.api;

import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.enrol.Enrolment;
import io.espalier.orchestrator.enrol.EnrolmentRequest;
import io.espalier.orchestrator.enrol.EnrolmentRequest.Target;
import io.espalier.orchestrator.enrol.Enrolments;
import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.orchestrator.ssh.HostKey;
import io.espalier.orchestrator.ssh.Login;
import io.espalier.orchestrator.ssh.OpenSshKeys;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.api.EnrolProbe;
import io.espalier.protocol.api.EnrolRequest;
import io.espalier.protocol.api.EnrolmentView;
import java.io.IOException;
import java.util.Locale;
import org.springframework.stereotype.Component;

/** Takes hosts into the fleet. */
@Component
final class EnrolDesk {

    private final Enrolment enrolment;
    private final Enrolments enrolments;
    private final DeployKey deployKey;
    private final Audit audit;

    EnrolDesk(Enrolment enrolment, Enrolments enrolments, DeployKey deployKey, Audit audit) {
        this.enrolment = enrolment;
        this.enrolments = enrolments;
        this.deployKey = deployKey;
        this.audit = audit;
    }

    EnrolProbe probe(EnrolRequest request) {
        Target target = Target.parse(request.target());
        HostKey key = enrolment.probe(target);
        return new EnrolProbe(target.address(), target.port(), key.type(), key.fingerprint());
    }

    EnrolmentView start(EnrolRequest request, String by) {
        Target target = Target.parse(request.target());
        String agreed = request.hostKey();
        if (agreed == null) {
            throw RequestRefused.malformed("hostKey: none (expected: the fingerprint that probe told, once agreed to)");
        }
        String given = request.name();
        HostName name = new HostName(given == null ? firstLabel(target.address()) : given);
        String id = enrolments.start(new EnrolmentRequest(target, name, request.tags(), agreed, login(request), false));
        audit.record(by, "host.enrol", "host " + name, "", target.address() + ":" + target.port());
        return view(id);
    }

    private static String firstLabel(String address) {
        int dot = address.indexOf('.');
        return (dot < 0 || Character.isDigit(address.charAt(0)) ? address : address.substring(0, dot))
                .toLowerCase(Locale.ROOT);
    }

    private Login login(EnrolRequest request) {
        String password = request.password();
        if (password != null) {
            return new Login.Password(password.toCharArray());
        }
        String key = request.privateKey();
        if (key == null) {
            return deployKey.login();
        }
        try {
            return new Login.Key(OpenSshKeys.readPrivate(key, new char[0]));
        } catch (IOException e) {
            throw RequestRefused.malformed("privateKey: not a private key without a passphrase, in OpenSSH's form");
        }
    }

    EnrolmentView view(String id) {
        Enrolments.View view = enrolments
                .find(id)
                .orElseThrow(() -> RequestRefused.notFound("there is no enrolment '" + id + "', or it was long ago"));
        return new EnrolmentView(
                view.id(),
                view.host().value(),
                view.state().name().toLowerCase(Locale.ROOT),
                view.lines(),
                view.auid().map(Auid::value).orElse(null),
                view.reason().map(reason -> reason.word()).orElse(null),
                view.detail().isEmpty() ? null : view.detail());
    }
}

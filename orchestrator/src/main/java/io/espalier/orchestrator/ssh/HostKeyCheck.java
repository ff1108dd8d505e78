package io.espalier.orchestrator.ssh;

import com.hierynomus.sshj.userauth.certificate.Certificate;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.Reason;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import org.jspecify.annotations.Nullable;

/** Decides on one handshake's host key, and keeps what was presented so that a refusal can name it. */
final class HostKeyCheck implements HostKeyVerifier {

    /** {@code SSH_CERT_TYPE_HOST} of OpenSSH's PROTOCOL.certkeys. */
    private static final long HOST_CERTIFICATE = 2;

    private final Host host;
    private final HostKeys.Trust trust;
    private volatile @Nullable HostKey presented;
    private volatile @Nullable Refusal refusal;

    /** Why a key was not taken, in words for people. */
    record Refusal(Reason reason, String detail) {}

    HostKeyCheck(Host host, HostKeys.Trust trust) {
        this.host = host;
        this.trust = trust;
    }

    /** Present once a handshake ended because of the host's key. */
    Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal);
    }

    Optional<HostKey> presented() {
        return Optional.ofNullable(presented);
    }

    @Override
    public boolean verify(String address, int port, PublicKey key) {
        HostKey shown = HostKey.of(key);
        presented = shown;
        Optional<Refusal> verdict =
                key instanceof Certificate<?> certificate ? judge(certificate, address, shown) : judge(shown);
        refusal = verdict.orElse(null);
        return verdict.isEmpty();
    }

    @Override
    public List<String> findExistingAlgorithms(String address, int port) {
        return List.of(); // what is offered is settled by the connection's configuration
    }

    private Optional<Refusal> judge(HostKey shown) {
        if (trust.pinned().contains(shown)) {
            return Optional.empty();
        }
        if (trust.isNone()) {
            return Optional.of(
                    new Refusal(Reason.HOST_KEY_UNKNOWN, "no key is pinned for this host; it presented " + shown));
        }
        return Optional.of(changed(shown));
    }

    private Refusal changed(HostKey shown) {
        String known =
                trust.pinned().isEmpty() ? "a key signed by " + names(trust.authorities()) : names(trust.pinned());
        return new Refusal(Reason.HOST_KEY_CHANGED, "it presented " + shown + " (pinned: " + known + ")");
    }

    private static String names(List<HostKey> keys) {
        return keys.stream().map(HostKey::toString).collect(Collectors.joining(", "));
    }

    private Optional<Refusal> judge(Certificate<?> certificate, String address, HostKey shown) {
        if (trust.pinned().contains(shown)) {
            return Optional.empty();
        }
        HostKey signer;
        try {
            signer = HostKey.ofBlob(certificate.getSignatureKey());
        } catch (IllegalArgumentException e) {
            return Optional.of(new Refusal(Reason.HOST_KEY_CHANGED, "its certificate has no readable signer"));
        }
        if (!trust.authorities().contains(signer)) {
            return trust.isNone() ? judge(shown) : Optional.of(changed(shown));
        }
        return fault(certificate, address)
                .map(fault -> new Refusal(
                        Reason.HOST_KEY_CHANGED, "its certificate, signed by " + signer + ", is not good: " + fault));
    }

    private Optional<String> fault(Certificate<?> certificate, String address) {
        if (certificate.getType() != HOST_CERTIFICATE) {
            return Optional.of("it is no host certificate");
        }
        if (certificate.getValidPrincipals().isEmpty()) {
            return Optional.of("it names no host");
        }
        byte[] raw = new Buffer.PlainBuffer().putPublicKey(certificate).getCompactData();
        Optional<String> byAddress = fault(raw, certificate, address);
        return byAddress.isEmpty()
                ? byAddress
                : fault(raw, certificate, host.name().value());
    }

    private static Optional<String> fault(byte[] raw, Certificate<?> certificate, String name) {
        try {
            return Optional.ofNullable(KeyType.CertUtils.verifyHostCertificate(raw, certificate, name));
        } catch (Buffer.BufferException | RuntimeException e) {
            return Optional.of("its signature cannot be read");
        }
    }
}

package io.espalier.agent.apply;

import io.espalier.protocol.Auid;
import io.espalier.protocol.Reason;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.release.Unit;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;

/**
 * What a manifest must be before anything of it is believed.
 *
 * @param auid of this agent
 * @param key of the only orchestrator that it obeys
 */
public record Gate(Auid auid, PublicKey key, AllowedPaths paths) {

    Manifest verify(SignedManifest signed) throws Failure {
        Optional<Manifest> verified;
        try {
            verified = signed.verify(key);
        } catch (MalformedException e) {
            throw new Failure(Reason.MALFORMED, String.valueOf(e.getMessage()));
        }
        Manifest manifest = verified.orElseThrow(() ->
                new Failure(Reason.SIGNATURE_INVALID, "the manifest is not signed by the orchestrator of this agent"));
        if (!manifest.auid().equals(auid)) {
            throw new Failure(Reason.WRONG_HOST, "the manifest is for " + manifest.auid() + ", this is " + auid);
        }
        return manifest;
    }

    /** @param accepted the last number that was accepted */
    void checkNumber(Manifest manifest, long accepted) throws Failure {
        if (manifest.number() <= accepted) {
            throw new Failure(
                    Reason.NUMBER_TOO_OLD,
                    "manifest number " + manifest.number() + " (expected: more than " + accepted + ")");
        }
    }

    void checkPaths(Manifest manifest) throws Failure {
        for (Unit unit : manifest.release().units()) {
            for (FileEntry file : unit.files()) {
                check(file.path());
            }
            for (String folder : unit.purged()) {
                check(folder.substring(0, folder.length() - 1));
            }
        }
    }

    /** The first of {@code paths} that may not be touched, and why. */
    public Optional<String> refusal(List<String> wanted) {
        return wanted.stream().map(paths::refusal).flatMap(Optional::stream).findFirst();
    }

    private void check(String path) throws Failure {
        Optional<String> refusal = paths.refusal(path);
        if (refusal.isPresent()) {
            throw new Failure(Reason.PATH_REFUSED, refusal.get());
        }
    }
}

package io.espalier.orchestrator.rollout;

import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.SignedManifest;

/** Signs manifests with the orchestrator's key. */
@FunctionalInterface
public interface ManifestSigner {

    SignedManifest sign(Manifest manifest);
}

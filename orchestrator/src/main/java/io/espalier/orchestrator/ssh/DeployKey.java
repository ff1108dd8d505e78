package io.espalier.orchestrator.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.KeyPair;

/**
 * The key with which the orchestrator logs in on hosts. Made at the first start; kept as {@code ssh-keygen} keeps it, so
 * that {@code ssh -i} can use it too.
 */
public final class DeployKey {

    private static final String FILE = "deploy_ed25519";

    private final KeyPair pair;

    private DeployKey(KeyPair pair) {
        this.pair = pair;
    }

    /** The key in {@code folder}, made if there is none. */
    public static DeployKey in(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            return new DeployKey(OpenSshKeys.readPrivate(SshKeyFile.readOrMake(file), new char[0]));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read or made: " + e.getMessage(), e);
        }
    }

    /** For {@code authorized_keys}: {@code ssh-ed25519 AAAA... espalier}. */
    public String publicLine() {
        return HostKey.of(pair.getPublic()).line() + " espalier";
    }

    public String fingerprint() {
        return HostKey.of(pair.getPublic()).fingerprint();
    }

    public Login login() {
        return new Login.Key(pair);
    }
}

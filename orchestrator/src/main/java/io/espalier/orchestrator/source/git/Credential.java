package io.espalier.orchestrator.source.git;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How to sign in to the remotes beneath one URL. It is bound to that URL here, in configuration, so that a
 * {@code fleet.yaml} cannot send it elsewhere.
 *
 * @param name what it is called in messages
 * @param url scheme, host, port and the first parts of the path that it is good for: {@code https://git.example.net/ops/}
 * @param user for https; also where the other side wants a token, which most forges take with any name
 * @param secret password or token, for https
 * @param keyFile private key, for ssh
 * @param knownHosts OpenSSH {@code known_hosts} file with the server's keys, for ssh
 * @param certificates PEM file with the only authorities, or the only server certificates, that are believed, for https
 */
public record Credential(
        String name,
        String url,
        Optional<String> user,
        Optional<String> secret,
        Optional<Path> keyFile,
        Optional<Path> knownHosts,
        Optional<Path> certificates) {

    @Override
    public String toString() {
        return "credential " + name + " for " + url;
    }
}

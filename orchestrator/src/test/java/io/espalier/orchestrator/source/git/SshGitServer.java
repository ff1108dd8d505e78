package io.espalier.orchestrator.source.git;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.function.UnaryOperator;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.shell.ProcessShellFactory;

/** Serves repositories over SSH to the one key that it knows, as an ordinary account with git would. */
public final class SshGitServer implements AutoCloseable {

    private final SshServer server = SshServer.setUpDefaultServer();
    private final KeyPair hostKey;

    SshGitServer(PublicKey user) throws IOException, GeneralSecurityException {
        this(user, command -> command);
    }

    /** @param program what the shell is to run for the command that a client asks for */
    public SshGitServer(PublicKey user, UnaryOperator<String> program) throws IOException, GeneralSecurityException {
        hostKey = newKey();
        server.setHost("127.0.0.1");
        server.setPort(0);
        server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
        server.setPublickeyAuthenticator((_, key, _) -> KeyUtils.compareKeys(user, key));
        server.setCommandFactory((channel, command) -> {
            String run = program.apply(command);
            return new ProcessShellFactory(run, run).createShell(channel); // by the shell
        });
        server.start();
    }

    public int port() {
        return server.getPort();
    }

    /** As it would stand in a {@code known_hosts} file. */
    public String knownHost() {
        return knownHost(hostKey.getPublic());
    }

    public String knownHost(PublicKey key) {
        return "[127.0.0.1]:" + port() + " " + PublicKeyEntry.toString(key) + "\n";
    }

    public static KeyPair newKey() throws GeneralSecurityException {
        return KeyUtils.generateKeyPair(KeyPairProvider.ECDSA_SHA2_NISTP256, 256);
    }

    public static void write(KeyPair key, Path file) throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(file)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "test", null, out);
        }
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}

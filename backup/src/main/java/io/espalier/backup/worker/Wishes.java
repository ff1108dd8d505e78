package io.espalier.backup.worker;

import io.espalier.backup.client.BackupJob;
import io.espalier.backup.dump.DumpSpec;
import io.espalier.backup.dump.DumpSpec.Endpoint;
import io.espalier.backup.dump.DumpSpec.Login;
import io.espalier.backup.dump.Limits;
import io.espalier.backup.dump.Secret;
import io.espalier.backup.link.Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Turns what an order wishes into a job on this host. Reads password files, so that no password travels. */
public final class Wishes {
    private static final int LONGEST_PASSWORD = 4 << 10;

    private final Path root;

    /** @param root the folder that stands for {@code /} on this host */
    public Wishes(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** A path as the host sees it; one that lies below the real root is taken for what it is there. */
    Path seen(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("path: \"" + text + "\" (expected: an absolute one)");
        }
        Path plain = path.normalize();
        return root.getNameCount() > 0 && plain.startsWith(root) ? Path.of("/").resolve(root.relativize(plain)) : plain;
    }

    /** Where it really is. */
    Path real(String text) {
        return root.resolve(Path.of("/").relativize(seen(text)));
    }

    public BackupJob.What what(Order.Wish wish) throws IOException {
        return switch (wish) {
            case Order.Files files ->
                new BackupJob.Files(
                        files.kind(),
                        files.paths().stream().map(this::seen).toList(),
                        files.excludes(),
                        List.of(),
                        files.staysOnFileSystem(),
                        files.isStrict(),
                        root,
                        true);
            case Order.Dump dump -> new BackupJob.Dump(spec(dump));
        };
    }

    private DumpSpec spec(Order.Dump dump) throws IOException {
        return switch (dump.kind()) {
            case "redis" ->
                new DumpSpec.Redis(
                        dump.servers().stream().map(this::endpoint).toList(),
                        dump.passwordFile().isPresent() || !dump.user().isEmpty()
                                ? Optional.of(login(dump))
                                : Optional.empty(),
                        Limits.USUAL);
            case "mysql" ->
                new DumpSpec.Mysql(
                        server(dump), login(dump), dump.databases(), dump.locking(), Optional.empty(), Limits.USUAL);
            case "postgresql" ->
                new DumpSpec.Postgres(
                        server(dump), login(dump), dump.databases(), dump.globals(), Optional.empty(), Limits.USUAL);
            default -> new DumpSpec.Command(dump.kind(), dump.argv(), dump.verify(), Limits.USUAL);
        };
    }

    private Endpoint server(Order.Dump dump) {
        if (dump.servers().size() != 1) {
            throw new IllegalArgumentException(
                    dump.kind() + ": " + dump.servers().size() + " servers (expected: one)");
        }
        return endpoint(dump.servers().getFirst());
    }

    private Endpoint endpoint(String text) {
        if (text.startsWith("/")) {
            return new Endpoint.Socket(real(text));
        }
        int colon = text.lastIndexOf(':');
        try {
            return new Endpoint.Tcp(text.substring(0, Math.max(colon, 0)), Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("server: \"" + text + "\" (expected: HOST:PORT, or a socket)", e);
        }
    }

    private Login login(Order.Dump dump) throws IOException {
        if (dump.passwordFile().isEmpty()) {
            return Login.of(dump.user());
        }
        Path file = real(dump.passwordFile().get());
        if (Files.size(file) > LONGEST_PASSWORD) {
            throw new IOException(dump.passwordFile().get() + " is too long for a password");
        }
        return new Login(
                dump.user(), Optional.of(new Secret(Files.readString(file).strip())));
    }
}

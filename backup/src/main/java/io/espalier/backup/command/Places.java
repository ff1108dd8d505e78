package io.espalier.backup.command;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.repository.LocalObjectStore;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds what the options name: repository, keys, snapshots. */
final class Places {

    private final Arguments arguments;
    private final Map<String, String> environment;

    Places(Arguments arguments, Map<String, String> environment) {
        this.arguments = arguments;
        this.environment = environment;
    }

    String repositoryName() throws UsageException {
        return arguments.needed("repo", "ESPALIER_BACKUP_REPO", environment);
    }

    /** Wherever it is, also if nothing is there yet. */
    ObjectStore anyStore() throws UsageException, IOException {
        String name = repositoryName();
        if (name.startsWith("s3:") || name.startsWith("s3+http:")) {
            throw new UsageException("--repo: a repository in S3 is not offered yet; give a folder");
        }
        if (name.contains("://")) {
            throw new UsageException("--repo: \"" + name + "\" (expected: a folder)");
        }
        return LocalObjectStore.in(Path.of(name));
    }

    /** True unless the run goes to a server. */
    boolean isLocal() {
        return !arguments.has("server") && !arguments.has("redis");
    }

    /** The host's, for a server. */
    String token() throws UsageException, IOException {
        return secretFile(
                        arguments
                                .one("token-file")
                                .orElseThrow(
                                        () -> new UsageException("--token-file is needed with --server or --redis")),
                        "token")
                .strip();
    }

    /** One that was made by {@code init}. */
    ObjectStore store() throws UsageException, IOException {
        ObjectStore store = anyStore();
        if (store.list(Kind.KEY).isEmpty()) {
            throw new IOException("there is no repository at " + repositoryName() + " (make one with `backup init`)");
        }
        return store;
    }

    /** The folder of the repository, if it is one on this machine. */
    Optional<Path> folder() throws UsageException {
        String name = repositoryName();
        return name.contains("://") ? Optional.empty() : Optional.of(Path.of(name));
    }

    ClientKey key() throws UsageException, IOException {
        return ClientKey.parse(secretFile(arguments.needed("key", "ESPALIER_BACKUP_KEY", environment), "client key"));
    }

    Optional<ClientKey> keyIfGiven() throws UsageException, IOException {
        boolean isGiven = arguments.has("key") || environment.containsKey("ESPALIER_BACKUP_KEY");
        return isGiven ? Optional.of(key()) : Optional.empty();
    }

    AgeIdentity identity() throws UsageException, IOException {
        return AgeIdentity.parse(
                secretFile(arguments.needed("identity", "ESPALIER_BACKUP_IDENTITY", environment), "age identity"));
    }

    Optional<AgeIdentity> identityIfGiven() throws UsageException, IOException {
        boolean isGiven = arguments.has("identity") || environment.containsKey("ESPALIER_BACKUP_IDENTITY");
        return isGiven ? Optional.of(identity()) : Optional.empty();
    }

    private static String secretFile(String name, String what) throws IOException {
        Path file = Path.of(name);
        try {
            Set<PosixFilePermission> others = Files.getPosixFilePermissions(file);
            if (others.contains(PosixFilePermission.OTHERS_READ)) {
                throw new IOException("the " + what + " " + file + " can be read by everybody (chmod 600 it)");
            }
            if (Files.size(file) > 1 << 16) {
                throw new IOException(file + " is too long for a " + what);
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no " + what + " at " + file, e);
        }
    }

    /** Writes a file that only its owner reads. @throws IOException if there is one */
    static void writeSecret(Path file, String text) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        if (Files.exists(file)) {
            throw new IOException(file + " is there already; it is not overwritten");
        }
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
    }

    boolean isWanted(Snapshot snapshot) throws UsageException {
        Optional<String> host = arguments.one("host");
        Optional<String> source = arguments.one("source");
        return host.filter(name -> !name.equals(snapshot.outline().host())).isEmpty()
                && source.filter(name -> !name.equals(snapshot.outline().source()))
                        .isEmpty();
    }

    /** The one that {@code word} names. */
    Snapshot snapshot(ObjectStore store, String word) throws UsageException, IOException {
        Repository.Snapshots all = Repository.outlines(store);
        if (word.equals("latest")) {
            for (Snapshot snapshot : all.snapshots().reversed()) {
                if (snapshot.outline().isGood() && isWanted(snapshot)) {
                    return snapshot;
                }
            }
            throw new IOException("there is no good snapshot"
                    + (arguments.has("host") || arguments.has("source") ? " of that series" : ""));
        }
        if (!word.matches("[0-9a-f]{4,64}")) {
            throw new UsageException(
                    "\"" + word + "\" is no snapshot (expected: `latest` or at least 4 digits of its id)");
        }
        List<Snapshot> fitting = all.snapshots().stream()
                .filter(snapshot -> snapshot.name().sha256Hex().startsWith(word))
                .toList();
        if (fitting.isEmpty()) {
            for (Repository.Flaw flaw : all.flaws()) {
                if (flaw.object().sha256Hex().startsWith(word)) {
                    throw new IOException("snapshot " + word + " cannot be read: " + flaw.why());
                }
            }
            throw new IOException("there is no snapshot " + word + " (see `backup list`)");
        }
        if (fitting.size() > 1) {
            throw new UsageException(
                    "\"" + word + "\" is the begin of " + fitting.size() + " snapshots; give more digits");
        }
        return fitting.getFirst();
    }
}

package io.espalier.orchestrator.backup;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.AgeRecipient;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.link.Order;
import io.espalier.backup.repository.KeyObject;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.server.DirectServer;
import io.espalier.backup.server.Intake;
import io.espalier.backup.server.ServerIdentity;
import io.espalier.backup.server.Stores;
import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.HostKey;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores and keys of all hosts' backups, and the door for hosts that push by themselves. Opened when it is first needed:
 * an orchestrator that backs nothing up pays nothing for it. Safe for all threads.
 *
 * <p>{@code backup/hosts/AUID/} has a store each, {@code backup/scratch/} what a drill restores, {@code keys/backup/} the age
 * identity that opens everything and never leaves this process, and the keys of the server.
 */
public final class Vault implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vault.class);
    private static final int TOKEN = 32;
    /** Of objects under way: a pack for each of six hosts at once. */
    private static final long IN_MEMORY = 96L << 20;

    private final Settings settings;
    private final Predicate<Auid> isEnrolled;
    private final InstantSource clock;
    private @Nullable Open open;

    /**
     * @param data the orchestrator's folder
     * @param listen where the HTTPS door listens
     * @param port of it; 0: any that is free; -1: there is none
     * @param url by which hosts reach the door; empty: they are served over the links to them
     */
    public record Settings(Path data, String listen, int port, Optional<String> url) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Open(
            AgeIdentity identity,
            AgeRecipient recipient,
            ServerIdentity server,
            Stores stores,
            Intake intake,
            byte[] tokenSecret,
            Optional<DirectServer> door) {}

    /** @param isEnrolled asked again for every object, so that a host that was taken out is out at once */
    public Vault(Settings settings, Predicate<Auid> isEnrolled, InstantSource clock) {
        this.settings = settings;
        this.isEnrolled = isEnrolled;
        this.clock = clock;
    }

    private synchronized Open open() throws IOException {
        Open there = open;
        if (there == null) {
            there = make();
            open = there;
        }
        return there;
    }

    private Open make() throws IOException {
        Path keys = privateFolder(settings.data().resolve("keys").resolve("backup"));
        Path identityFile = keys.resolve("identity");
        if (!Files.exists(identityFile)) {
            AgeIdentity.Pair pair = AgeIdentity.generate();
            writeSecret(
                    identityFile,
                    "# public key: " + pair.recipient() + "\n" + pair.identity().reveal() + "\n");
        }
        String text = Files.readString(identityFile);
        AgeIdentity identity = AgeIdentity.parse(text);
        AgeRecipient recipient = AgeRecipient.parse(text.lines()
                .filter(line -> line.startsWith("# public key: "))
                .map(line -> line.substring("# public key: ".length()).strip())
                .findFirst()
                .orElseThrow(() -> new IOException(identityFile + ": no line with the public key")));
        Path tokenFile = keys.resolve("token");
        if (!Files.exists(tokenFile)) {
            byte[] fresh = new byte[TOKEN];
            new SecureRandom().nextBytes(fresh);
            writeSecret(tokenFile, Base64.getEncoder().encodeToString(fresh) + "\n");
        }
        byte[] tokenSecret =
                Base64.getDecoder().decode(Files.readString(tokenFile).strip());
        ServerIdentity server;
        try {
            server = ServerIdentity.in(keys.resolve("server"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        Stores stores =
                Stores.below(privateFolder(settings.data().resolve("backup").resolve("hosts")));
        var intake =
                new Intake(stores, server.signer(), new Intake.Limits(IN_MEMORY, Intake.Limits.USUAL.idle()), clock);
        return new Open(identity, recipient, server, stores, intake, tokenSecret, door(server, intake, tokenSecret));
    }

    /** That a port is taken must not keep the hosts that come over links from being backed up. */
    private Optional<DirectServer> door(ServerIdentity server, Intake intake, byte[] tokenSecret) {
        if (settings.port() < 0) {
            return Optional.empty();
        }
        var address = new InetSocketAddress(settings.listen(), settings.port());
        try {
            var door = new DirectServer(
                    address,
                    server.tls(),
                    intake,
                    auid -> isEnrolled.test(auid)
                            ? Optional.of(HostKey.ofToken(token(auid, tokenSecret)))
                            : Optional.empty());
            LOG.atInfo()
                    .addKeyValue("address", settings.listen() + ":" + door.port())
                    .log("the backup server listens");
            return Optional.of(door);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("address", String.valueOf(address))
                    .log("the backup server cannot listen: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Derived, so that none has to be kept: who has the secret has them all, and nobody else has another's. */
    private static String token(Auid auid, byte[] secret) {
        byte[] proof = HostKey.parse(java.util.HexFormat.of().formatHex(secret))
                .prove(auid.text().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(proof);
    }

    /** Opens the door for hosts that push by themselves, if there is one to be. */
    public void start() throws IOException {
        if (settings.url().isPresent()) {
            open();
        }
    }

    AgeIdentity identity() throws IOException {
        return open().identity();
    }

    Intake intake() throws IOException {
        return open().intake();
    }

    /** For hosts to pin. */
    String receiptKey() throws IOException {
        return open().server().receiptKey();
    }

    ObjectStore store(Auid auid) throws IOException {
        return open().stores().of(auid);
    }

    /** Hosts that were backed up at least once, enrolled or not. Opens nothing. */
    List<Auid> all() throws IOException {
        Path folder = settings.data().resolve("backup").resolve("hosts");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var stores = Files.list(folder)) {
            return stores.map(path -> new Auid(String.valueOf(path.getFileName())))
                    .sorted(java.util.Comparator.comparing(Auid::text))
                    .toList();
        }
    }

    Path scratch() {
        return settings.data().resolve("backup").resolve("scratch");
    }

    /** How a host gets its objects here. */
    Order.Route route(Auid auid) throws IOException {
        Open there = open();
        return settings.url().isPresent()
                ? new Order.Route.Direct(
                        settings.url().get(),
                        there.server().fingerprint(),
                        auid.text(),
                        token(auid, there.tokenSecret()))
                : new Order.Route.Link();
    }

    /** The client key of a host; made if it has none. It is kept in the host's store only, sealed to the identity. */
    synchronized ClientKey clientKey(Auid auid) throws IOException {
        ObjectStore store = store(auid);
        for (ObjectName name : store.list(Kind.KEY)) {
            return KeyObject.parse(name, store.get(name)).open(identity());
        }
        KeyObject.New made = KeyObject.create(auid.text(), open().recipient());
        store.put(new ObjectName(Kind.KEY, made.client().keyHex()), ByteBuffer.wrap(made.bytes()));
        return made.client();
    }

    private static Path privateFolder(Path folder) throws IOException {
        return Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Whole and on the disk, or not there. */
    private static void writeSecret(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var channel = java.nio.channels.FileChannel.open(fresh, java.nio.file.StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public synchronized void close() {
        Open there = open;
        if (there != null) {
            there.door().ifPresent(DirectServer::close);
        }
    }
}

package io.espalier.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL server of a test: Debian's program with a cluster of its own in a temporary folder, on a Unix socket there
 * and a free port of the loopback interface, if asked. It does not sync, so it is quick, and nothing of it outlives the test.
 */
public final class PostgresServer implements AutoCloseable {

    /** The superuser. */
    public static final String USER = "postgres";

    /** Of {@link #USER}. */
    public static final String PASSWORD = "boss";

    private static final int DEFAULT_PORT = 5432;
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final Duration STEP = Duration.ofSeconds(60);

    private final Process process;
    private final Path folder;
    private final int port;

    private PostgresServer(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /** The programs of the newest version that is installed. */
    public static Optional<Path> programs() {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.list(VERSIONS)) {
            return all.filter(version -> Files.isExecutable(version.resolve("bin/initdb")))
                    .max(Comparator.naturalOrder())
                    .map(version -> version.resolve("bin"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips the running test, saying why, unless a server can be started here. */
    public static void assumeInstalled() {
        Assumptions.assumeTrue(programs().isPresent(), "needs the package postgresql");
    }

    /** Starts one; it answers on its socket and on a free port when this returns. Skips the test if it cannot. */
    public static PostgresServer start() {
        int port = freePort();
        return start(port, "127.0.0.1");
    }

    /** As the other, on its socket only, under the name that clients look for. */
    public static PostgresServer startOnSocket() {
        return start(DEFAULT_PORT, "");
    }

    private static PostgresServer start(int port, String address) {
        assumeInstalled();
        Path bin = programs().orElseThrow();
        Path folder = makeFolder();
        initialise(bin, folder);
        var argv = new ArrayList<>(asItsAccount(bin.resolve("postgres")));
        argv.addAll(List.of("-D", data(folder).toString(), "-k", folder.toString(), "-h", address));
        argv.addAll(List.of("-p", String.valueOf(port), "-F", "-c", "shared_buffers=16MB"));
        try {
            Process process = new ProcessBuilder(argv)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            var server = new PostgresServer(process, folder, port);
            Await.until("postgres answers", STEP, server::answers);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void initialise(Path bin, Path folder) {
        Path password = folder.resolve("password");
        must(List.of("sh", "-c", "umask 022; echo " + PASSWORD + " > " + password));
        var argv = new ArrayList<>(asItsAccount(bin.resolve("initdb")));
        argv.addAll(List.of("-D", data(folder).toString(), "-U", USER, "-A", "scram-sha-256"));
        argv.addAll(List.of("--pwfile=" + password, "--no-sync", "--no-locale", "-E", "UTF8"));
        must(argv);
    }

    /** Where a path is as short as a socket's may be. */
    private static Path makeFolder() {
        try {
            Path folder = Files.createTempDirectory("espalier-pg");
            must(List.of("chmod", "0755", folder.toString()));
            if (isRoot()) {
                must(List.of("chown", USER, folder.toString()));
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path data(Path folder) {
        return folder.resolve("data");
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new AssertionError("postgres ended: " + log());
        }
        return Ran.of(STEP, client(USER, "select 1")).status() == 0;
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** What {@code statements} give, by {@code psql}: a line each row, columns divided by {@code |}. */
    public String sql(String database, String statements) {
        Ran ran = Ran.of(STEP, client(database, statements));
        if (ran.status() != 0) {
            throw new IllegalStateException(statements + ": " + ran.output());
        }
        return ran.output();
    }

    private String[] client(String database, String statements) {
        return List.of(
                        "env",
                        "PGPASSWORD=" + PASSWORD,
                        "psql",
                        "-XAtq",
                        "-v",
                        "ON_ERROR_STOP=1",
                        "-h",
                        folder.toString(),
                        "-p",
                        String.valueOf(port),
                        "-U",
                        USER,
                        "-d",
                        database,
                        "-c",
                        statements)
                .toArray(String[]::new);
    }

    /** The folder of its socket, log and data. */
    public Path folder() {
        return folder;
    }

    /** Of the server itself; the others are its children. */
    public Process process() {
        return process;
    }

    /** For JDBC. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** Ends it at once, as a power cut would. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** The server refuses to run as root. */
    private static List<String> asItsAccount(Path program) {
        return isRoot()
                ? List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", program.toString())
                : List.of(program.toString());
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void must(List<String> argv) {
        Ran ran = Ran.of(STEP, argv.toArray(String[]::new));
        if (ran.status() != 0) {
            throw new IllegalStateException(String.join(" ", argv) + ": " + ran.output());
        }
    }

    @Override
    public void close() {
        kill();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Ran.of(STEP, "rm", "-rf", folder.toString());
    }
}

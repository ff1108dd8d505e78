package io.espalier.backup.dump;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.testkit.Await;
import io.espalier.testkit.PostgresServer;
import io.espalier.testkit.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Real database servers of a test, each with its own folder and socket, as the account that they want to run as. */
final class Servers implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofSeconds(60);

    private final List<Process> processes = new ArrayList<>();
    private final List<PostgresServer> postgres = new ArrayList<>();
    private final Path folder;

    Servers() {
        try {
            folder = Files.createTempDirectory("espalier-dump");
            Ran.of(STEP, "chmod", "0755", folder.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder(String name) {
        return folder.resolve(name);
    }

    /** A server, and how to ask it something. */
    record Server(Process process, Path data, DumpSpec.Endpoint endpoint) {
        void kill() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    Server mariadb(String name) {
        assumeTrue(has("/usr/sbin/mariadbd"), "needs mariadb-server");
        Path data = own(name, "mysql");
        Path socket = data.resolve("sock");
        List<String> common = List.of("--no-defaults", "--datadir=" + data.resolve("data"));
        var install = new ArrayList<>(as("mysql", "/usr/bin/mariadb-install-db"));
        install.addAll(common);
        install.addAll(List.of("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"));
        ran(install);
        var argv = new ArrayList<>(as("mysql", "/usr/sbin/mariadbd"));
        argv.addAll(common);
        argv.addAll(List.of(
                "--socket=" + socket,
                "--pid-file=" + data.resolve("pid"),
                "--skip-networking",
                "--innodb-buffer-pool-size=32M",
                "--innodb-log-file-size=8M",
                "--innodb-flush-log-at-trx-commit=0"));
        Server server = new Server(start(argv, data), data, new DumpSpec.Endpoint.Socket(socket));
        Await.until("mariadb answers", START, () -> mysql(server, "SELECT 1").equals("1"));
        return server;
    }

    static String mysql(Server server, String sql) {
        String socket = server.endpoint().toString();
        return ran(List.of(
                "/usr/bin/mariadb", "--no-defaults", "--socket=" + socket, "--user=root", "-N", "-B", "-e", sql));
    }

    Server postgres() {
        PostgresServer server = PostgresServer.startOnSocket();
        postgres.add(server);
        return new Server(server.process(), server.folder(), new DumpSpec.Endpoint.Socket(server.folder()));
    }

    static String psql(Server server, String database, String sql) {
        return ran(List.of(
                "env",
                "PGPASSWORD=" + PostgresServer.PASSWORD,
                "psql",
                "-XAtq",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                server.endpoint().toString(),
                "-U",
                PostgresServer.USER,
                "-d",
                database,
                "-c",
                sql));
    }

    Server redis(String name, String... more) {
        assumeTrue(has("/usr/bin/redis-server"), "needs redis-server");
        Path data = own(name, "root");
        int port = freePort();
        var argv = new ArrayList<>(List.of(
                "/usr/bin/redis-server",
                "--bind",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--dir",
                data.toString(),
                "--save",
                "",
                "--repl-diskless-sync-delay",
                "0"));
        argv.addAll(List.of(more));
        Server server = new Server(start(argv, data), data, new DumpSpec.Endpoint.Tcp("127.0.0.1", port));
        Await.until("redis answers", START, () -> redis(server, "PING").matches("PONG|NOAUTH.*"));
        return server;
    }

    static String redis(Server server, String... command) {
        var tcp = (DumpSpec.Endpoint.Tcp) server.endpoint();
        var argv = new ArrayList<>(List.of("redis-cli", "-p", String.valueOf(tcp.port())));
        argv.addAll(List.of(command));
        return ran(argv);
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static boolean has(String program) {
        return Files.isExecutable(Path.of(program));
    }

    private static List<String> as(String account, String program) {
        return isRoot()
                ? List.of("setpriv", "--reuid=" + account, "--regid=" + account, "--clear-groups", program)
                : List.of(program);
    }

    private Path own(String name, String account) {
        Path data = folder.resolve(name);
        ran(List.of("mkdir", "-m", "0755", data.toString()));
        if (isRoot()) {
            ran(List.of("chown", account, data.toString()));
        }
        return data;
    }

    private Process start(List<String> argv, Path data) {
        try {
            Process process = new ProcessBuilder(argv)
                    .directory(data.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve(data.getFileName() + ".log").toFile())
                    .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String ran(List<String> argv) {
        Ran ran = Ran.of(STEP, argv.toArray(String[]::new));
        if (ran.status() != 0) {
            throw new IllegalStateException(String.join(" ", argv) + ": " + ran.output());
        }
        return ran.output();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        postgres.forEach(PostgresServer::close);
        Ran.of(STEP, "rm", "-rf", folder.toString());
    }
}

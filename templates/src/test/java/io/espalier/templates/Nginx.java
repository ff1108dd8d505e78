package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Await;
import io.espalier.testkit.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** An nginx of its own: its configuration, Lua, pid file and log are below {@code root}, its master is our child. */
final class Nginx implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Path root;
    private final int port;
    private Process master;

    private Nginx(Path root, int port) {
        this.root = root;
        this.port = port;
        this.master = launch();
    }

    static void assumeInstalled() {
        Assumptions.assumeTrue(
                Files.exists(Path.of("/usr/lib/nginx/modules/ngx_http_lua_module.so"))
                        && Files.exists(Path.of("/usr/share/lua/5.1/resty/core.lua"))
                        && hasCjson(),
                "needs Debian's nginx, libnginx-mod-http-lua, lua-resty-core and lua-cjson");
    }

    /** Its folder is named after the processor. */
    private static boolean hasCjson() {
        try (var folders = Files.list(Path.of("/usr/lib"))) {
            return folders.anyMatch(folder -> Files.exists(folder.resolve("lua/5.1/cjson.so")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it and waits until {@code port} of the loopback takes connections. */
    static Nginx start(Path root, int port) {
        var nginx = new Nginx(root, port);
        try {
            nginx.awaitOpen();
            return nginx;
        } catch (RuntimeException | Error e) {
            nginx.close();
            throw e;
        }
    }

    /** Ports that nobody listens on at the moment. */
    static List<Integer> freePorts(int count) {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            sockets.forEach(Nginx::closeQuietly);
        }
    }

    private static void closeQuietly(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command(String... more) {
        var command = new ArrayList<>(List.of(
                "/usr/sbin/nginx",
                "-p",
                root + "/usr/share/nginx/",
                "-c",
                root + "/etc/nginx/nginx.conf",
                "-e",
                root + "/error.log"));
        command.addAll(List.of(more));
        return command;
    }

    private Process launch() {
        try {
            return new ProcessBuilder(command("-g", "daemon off;"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            root.resolve("output").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitOpen() {
        Await.until("nginx listens on " + port, LIMIT, () -> {
            if (!master.isAlive()) {
                throw new IllegalStateException(Files.readString(root.resolve("output")) + log());
            }
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return true;
            }
        });
    }

    int port() {
        return port;
    }

    /** What the unit's validate does. */
    Ran validate() {
        return Ran.of(LIMIT, command("-t").toArray(String[]::new));
    }

    /** New workers take over; returns when there are some, while old ones may still be ending. */
    void reload() {
        var before = workers();
        signal("HUP");
        Await.until("new workers", LIMIT, () -> workers().stream().anyMatch(pid -> !before.contains(pid)));
    }

    List<Long> workers() {
        return master.children().map(ProcessHandle::pid).sorted().toList();
    }

    /** As a power cut does it to this server: master and workers at once. */
    void kill() {
        var all = new ArrayList<>(master.descendants().toList());
        all.add(master.toHandle());
        master.toHandle().destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        Await.until("all ended", LIMIT, () -> !anyRunning(all));
    }

    private static boolean anyRunning(List<ProcessHandle> processes) throws IOException {
        for (ProcessHandle process : processes) {
            if (isRunning(process)) {
                return true;
            }
        }
        return false;
    }

    /** Not so for a process that has ended and for which nobody has asked yet: it holds no port any more. */
    private static boolean isRunning(ProcessHandle process) throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        return process.isAlive()
                && Files.exists(status)
                && Files.readAllLines(status).stream().noneMatch(line -> line.matches("State:\\s+Z.*"));
    }

    /** Ends it after what is under way. */
    void quit() {
        signal("QUIT");
        Await.until("ended", LIMIT, () -> !master.isAlive());
    }

    void startAgain() {
        assertThat(master.isAlive()).isFalse();
        master = launch();
        awaitOpen();
    }

    private void signal(String name) {
        assertThat(Ran.of(LIMIT, "kill", "-" + name, Long.toString(master.pid()))
                        .status())
                .isZero();
    }

    String log() {
        Path log = root.resolve("error.log");
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Defects of Lua, not of peers. */
    List<String> defects() {
        return log().lines()
                .filter(line -> line.contains("[alert]")
                        || line.contains("[emerg]")
                        || line.contains("runtime error")
                        || line.contains("attempt to")
                        || line.contains("[crit]"))
                .limit(5)
                .toList();
    }

    @Override
    public void close() {
        if (master.isAlive()) {
            kill();
        }
    }
}

package io.espalier.bench;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An nginx with one worker on one processor, with all of its files in one folder. */
final class BenchNginx implements AutoCloseable {

    private final Process master;
    private final int port;

    private BenchNginx(Process master, int port) {
        this.master = master;
        this.port = port;
    }

    /** @param processor on which it may run */
    static BenchNginx start(Path root, int port, int processor) throws IOException {
        Process master = new ProcessBuilder(
                        "taskset",
                        "-c",
                        Integer.toString(processor),
                        "/usr/sbin/nginx",
                        "-p",
                        root + "/usr/share/nginx/",
                        "-c",
                        root + "/etc/nginx/nginx.conf",
                        "-e",
                        root + "/error.log",
                        "-g",
                        "daemon off;")
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("output").toFile())
                .start();
        var nginx = new BenchNginx(master, port);
        Await.until("nginx listens on " + port, () -> {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return true;
            }
        });
        return nginx;
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Lays a configuration by hand: {@code http} is what stands within http { }. */
    static Path lay(Path root, String http) throws IOException {
        Files.createDirectories(root.resolve("etc/nginx"));
        Files.createDirectories(root.resolve("usr/share/nginx"));
        Files.writeString(root.resolve("etc/nginx/nginx.conf"), """
                user root;
                worker_processes 1;
                pid %1$s/pid;
                error_log %1$s/error.log;
                events { worker_connections 4096; }
                http {
                    access_log off;
                    default_type text/plain;
                    server_tokens off;
                    keepalive_requests 100000000;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                %2$s
                }
                """.formatted(root, http));
        return root;
    }

    int port() {
        return port;
    }

    /** Processor time that its worker has used so far, in microseconds; the kernel counts in hundredths of a second. */
    double worked() throws IOException {
        long ticks = 0;
        for (ProcessHandle worker : master.children().toList()) {
            String stat = Files.readString(Path.of("/proc/" + worker.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return ticks * 10_000.0;
    }

    @Override
    public void close() {
        List<ProcessHandle> workers = master.children().toList();
        master.destroyForcibly();
        workers.forEach(ProcessHandle::destroyForcibly);
        try {
            master.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

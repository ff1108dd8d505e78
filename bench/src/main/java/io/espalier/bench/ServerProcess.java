package io.espalier.bench;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An orchestrator, started as anyone starts it, on a free port with all of its data in one folder. */
final class ServerProcess implements AutoCloseable {

    static final String TOKEN = "esp_bench_0123456789abcdef0123456789abcdef";

    private final Process process;
    private final String url;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private ServerProcess(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    static ServerProcess start(Path folder) throws IOException {
        return start(folder, Map.of());
    }

    static ServerProcess start(Path folder, Map<String, String> environment) throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path config = configure(folder, port);
        var builder = new ProcessBuilder(
                System.getenv("ESPALIER_HOME") + "/bin/espalier", "server", "--config", config.toString());
        builder.environment().putAll(environment);
        return start(folder, port, builder);
    }

    /** A process of another main class, with the same configuration. */
    static ServerProcess start(Path folder, Class<?> main, List<String> jvmOptions) throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.add(folder.toString());
        command.add(
                "--spring.config.additional-location=" + configure(folder, port).toUri());
        return start(folder, port, new ProcessBuilder(command));
    }

    private static Path configure(Path folder, int port) throws IOException {
        Path config = folder.resolve("server.yaml");
        Files.writeString(config, """
                server: { address: 127.0.0.1, port: %d }
                espalier:
                  data: %s
                  access: { first-password: "bench-password-1", first-token: "%s" }
                  sources: { fleet: { name: fleet, url: fleet } }
                  tree: { push-port: 0 }
                """.formatted(port, folder.resolve("data"), TOKEN));
        return config;
    }

    private static ServerProcess start(Path folder, int port, ProcessBuilder builder) throws IOException {
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.log").toFile())
                .start();
        var server = new ServerProcess(process, "http://127.0.0.1:" + port);
        Await.until(
                "the orchestrator answers",
                Duration.ofMinutes(3),
                () -> server.get("/actuator/health").contains("UP"));
        return server;
    }

    long pid() {
        return process.pid();
    }

    String url() {
        return url;
    }

    String gitUrl() {
        return url.replace("://", "://admin:" + TOKEN + "@") + "/git/fleet.git";
    }

    /** The body, or why there is none. */
    String get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url + path)).GET());
    }

    String post(String path, String json) {
        return send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private String send(HttpRequest.Builder request) {
        try {
            return client.send(
                            request.header("Authorization", "Bearer " + TOKEN)
                                    .timeout(Duration.ofMinutes(1))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "no answer: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** In KiB. */
    long residentMemory() throws IOException {
        return residentMemory(process.pid());
    }

    /** CPU time so far, in hundredths of a second. */
    long processorTicks() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    /** Of any process, in KiB. */
    static long residentMemory(long pid) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
        return lines.stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}

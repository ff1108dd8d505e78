package io.espalier.metrics;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code espalier tree} as a process that is killed. */
class TreeRestartIT {
    @TempDir
    Path dir;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private int port;

    private Process start() throws Exception {
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = any.getLocalPort();
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.espalier.metrics.TreeApplication",
                        "--port",
                        Integer.toString(port),
                        "--push-port",
                        "0",
                        "--graphite-port",
                        "-1",
                        "--pickle-port",
                        "-1",
                        "--statsd-port",
                        "-1",
                        "--syslog-port",
                        "-1",
                        "--dir",
                        dir.resolve("data").toString(),
                        "--checkpoint",
                        "PT0.2S")
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("out.txt").toFile())
                .start();
        Await.until("the tree answers", () -> get("/get/~tree") != null || !process.isAlive());
        assertThat(process.isAlive())
                .as(Files.readString(dir.resolve("out.txt")))
                .isTrue();
        return process;
    }

    private String get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body().strip();
    }

    private void push(String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/push"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void afterAKillTheTreeIsThereAgain() throws Exception {
        Path checkpoint = dir.resolve("data/tree.checkpoint");
        for (int round = 1; round <= 3; round++) {
            Process process = start();
            try {
                assertThat(get("/get/a")).isEqualTo(round == 1 ? "[]" : "[{\"a,b\":" + (round - 1) + "}]");
                push("{\"a\":{\"b\":1}}");
                long before = Files.exists(checkpoint) ? modified(checkpoint) : 0;
                // The second one after the push began after it, whatever the first one saw.
                Await.until("a checkpoint", () -> modified(checkpoint) > before);
                long first = modified(checkpoint);
                Await.until("another checkpoint", () -> modified(checkpoint) > first);
            } finally {
                process.destroyForcibly();
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static long modified(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toMillis();
    }
}

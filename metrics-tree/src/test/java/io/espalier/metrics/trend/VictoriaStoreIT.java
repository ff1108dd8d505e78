package io.espalier.metrics.trend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same contract with a VictoriaMetrics of our own. */
class VictoriaStoreIT extends TrendStoreContract {
    private static final Path PROGRAM = Path.of("/usr/bin/victoria-metrics");

    @TempDir
    Path dir;

    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;
    private URI base;

    @Override
    TrendStore open() throws Exception {
        assumeTrue(Files.isExecutable(PROGRAM), "needs " + PROGRAM + " (apt install victoria-metrics)");
        int port;
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = any.getLocalPort();
        }
        base = URI.create("http://127.0.0.1:" + port);
        process = new ProcessBuilder(
                        PROGRAM.toString(),
                        "-httpListenAddr=127.0.0.1:" + port,
                        "-storageDataPath=" + dir.resolve("data"),
                        "-search.latencyOffset=0s",
                        "-memory.allowedBytes=64MB")
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("out.txt").toFile())
                .start();
        Await.until("VictoriaMetrics answers", () -> get("/health").statusCode() == 200);
        return new VictoriaStore(base, 10);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(base.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    void settle() throws Exception {
        get("/internal/force_flush");
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        http.close();
    }

    @Test
    void oneThatIsAwayIsToldWithItsAddress() throws Exception {
        stop();
        var frame = new Frame(START);
        frame.add("a", 1);
        assertThatThrownBy(() -> store.append(frame))
                .isInstanceOf(TrendException.class)
                .hasMessageContaining(base.toString());
    }
}

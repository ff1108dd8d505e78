package io.espalier.e2e;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** {@code bin/espalier server} with all of its data in one folder, and an empty repository {@code fleet} to push to. */
final class Server implements AutoCloseable {

    private static final String TOKEN = "esp_e2e_0123456789abcdef0123456789abcdef";

    private final Running process;
    private final Api api;
    private final String url;

    private Server(Running process, Api api, String url) {
        this.process = process;
        this.api = api;
        this.url = url;
    }

    static Server start(Path folder) throws IOException {
        int port = Product.freePort();
        String url = "http://127.0.0.1:" + port;
        Path config = folder.resolve("server.yaml");
        Files.writeString(config, """
                server: { address: 127.0.0.1, port: %d }
                espalier:
                  data: %s
                  reconcile: 5s
                  hosts: { watch: 1s, agent-image: %s }
                  access: { first-password: "e2e-password-1", first-token: "%s" }
                  sources: { fleet: { name: fleet, url: fleet } }
                  dns: { listen: "127.0.0.1:0" }
                  tree: { push-port: 0 }
                """.formatted(port, folder.resolve("data"), Product.agentImage(), TOKEN));
        Running process =
                Running.start(Product.role("server", "--config", config.toString()), folder.resolve("server.log"));
        var server = new Server(process, new Api(url, TOKEN), url);
        try {
            Await.until("the orchestrator answers", Duration.ofMinutes(4), () -> {
                if (!process.isAlive()) {
                    throw new AssertionError("it ended:\n" + process.output());
                }
                return server.api.get("/sources").isArray();
            });
        } catch (AssertionError late) {
            server.close();
            throw new AssertionError(late.getMessage() + "\n" + process.output(), late);
        }
        return server;
    }

    Api api() {
        return api;
    }

    String gitUrl() {
        return url.replace("://", "://admin:" + TOKEN + "@") + "/git/fleet.git";
    }

    /** The last that it logged. */
    String log() {
        List<String> lines = process.output().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    @Override
    public void close() {
        api.close();
        process.close();
    }
}

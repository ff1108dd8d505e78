package io.espalier.orchestrator;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole orchestrator on a free port, with a hosted fleet source that nobody has pushed to. */
public final class RunningOrchestrator implements AutoCloseable {

    public static final String PASSWORD = "correct horse battery";
    public static final String TOKEN = "esp_of-the-first-user";

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ConfigurableApplicationContext context;
    private final HttpClient client = HttpClient.newHttpClient();

    private RunningOrchestrator(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** @param more settings, as {@code --name=value} */
    public static RunningOrchestrator start(Path data, String... more) {
        var application = new SpringApplication(OrchestratorApplication.class);
        application.setDefaultProperties(Map.of(
                "server.port",
                "0",
                "espalier.data",
                data.toString(),
                "espalier.access.first-password",
                PASSWORD,
                "espalier.access.first-token",
                TOKEN));
        var arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--espalier.tree.push-port=0",
                "--espalier.dns.listen=127.0.0.1:0",
                "--espalier.data=" + data));
        arguments.addAll(List.of(more));
        return new RunningOrchestrator(application.run(arguments.toArray(String[]::new)));
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public URI url(String path) {
        var server = ((ServletWebServerApplicationContext) context).getWebServer();
        return URI.create("http://127.0.0.1:" + server.getPort() + path);
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(url(path)).timeout(PATIENCE);
    }

    public HttpRequest.Builder asAdmin(String path) {
        return request(path).header("Authorization", "Bearer " + TOKEN);
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.close();
        context.close();
    }
}

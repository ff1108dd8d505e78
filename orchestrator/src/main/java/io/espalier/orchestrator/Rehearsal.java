package io.espalier.orchestrator;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * With {@code espalier.rehearse=true}: asks itself for what is asked for most and ends, so that the JVM that watches can
 * store which classes and profiles a start needs ({@code -XX:AOTCacheOutput}).
 */
@Component
@ConditionalOnProperty("espalier.rehearse")
final class Rehearsal {

    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final List<String> ASKED = List.of(
            "/sign-in",
            "/actuator/health",
            "/api/v1/status",
            "/api/v1/hosts",
            "/api/v1/sources",
            "/api/v1/rollouts",
            "/fleet",
            "/fleet?view=table",
            "/sources",
            "/rollouts",
            "/drift",
            "/settings",
            "/dns",
            "/realtime/",
            "/get/",
            "/assets/espalier.css");

    private final ServletWebServerApplicationContext context;

    Rehearsal(ServletWebServerApplicationContext context) {
        this.context = context;
    }

    @EventListener
    void ready(ApplicationReadyEvent event) {
        Thread.ofPlatform().name("rehearsal").start(this::run);
    }

    private void run() {
        int port = java.util.Objects.requireNonNull(context.getWebServer()).getPort();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String path : ASKED) {
                client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .header("Authorization", "Bearer esp_rehearsal")
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
            }
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("rehearsal broken off");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.exit(SpringApplication.exit(context));
    }
}

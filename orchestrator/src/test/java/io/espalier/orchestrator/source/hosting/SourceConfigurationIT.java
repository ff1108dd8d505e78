package io.espalier.orchestrator.source.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.GitCli;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceAdvanced;
import io.espalier.orchestrator.source.SourceListener;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.webhook.HookController;
import io.espalier.orchestrator.store.Lead;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** Sources, hosted git and hooks in one Spring context behind a security filter, with git and HTTP clients for real. */
class SourceConfigurationIT {

    private static final SourceName FLEET = new SourceName("fleet");
    private static final BlockingQueue<SourceAdvanced> TOLD = new LinkedBlockingQueue<>();

    @TempDir
    private static Path folder;

    private static ConfigurableApplicationContext context;
    private static int port;

    /** Not a configuration by annotation, so that nobody else's component scan finds it. */
    @EnableAutoConfiguration
    @Import({SourceConfiguration.class, HookController.class})
    static class Orchestrator {

        @Bean
        InstantSource clock() {
            return Clock.systemUTC();
        }

        @Bean
        Lead lead() {
            return Lead.ALONE;
        }

        @Bean
        SecurityFilterChain open(HttpSecurity http) throws Exception {
            return http.csrf(csrf -> csrf.ignoringRequestMatchers("/git/**", "/hooks/**"))
                    .authorizeHttpRequests(rules -> rules.anyRequest().permitAll())
                    .build();
        }

        @Bean
        GitAccess access() {
            return new GitAccess() {
                @Override
                public Optional<String> userFor(String name, String secretOrToken) {
                    return secretOrToken.equals("secret") ? Optional.of("ann") : Optional.empty();
                }

                @Override
                public boolean mayPush(String user, SourceName repository) {
                    return true;
                }
            };
        }

        @Bean
        PushCheck check() {
            return (_, candidate) -> candidate.read("bad").isPresent()
                    ? List.of(Finding.error("bad:1:1 is bad (did you mean 'good'?)"))
                    : List.of();
        }

        @Bean
        SourceListener listener() {
            return TOLD::add;
        }

        @Bean
        PushFollower follower(Sources sources) {
            return new PushFollower() {
                @Override
                public void plan(SourceName source, Snapshot candidate, Consumer<String> lines) {
                    lines.accept("plan of " + candidate.paths());
                }

                @Override
                public void follow(SourceName source, Commit commit, Consumer<String> lines) {
                    boolean told =
                            TOLD.stream().anyMatch(event -> event.commit().equals(commit));
                    lines.accept("told before it was followed: " + told);
                    lines.accept("holds " + sources.snapshot(source).paths());
                }
            };
        }
    }

    @BeforeAll
    static void start() {
        context = new SpringApplicationBuilder(Orchestrator.class)
                .run( // arguments, which stand above the application.yml of the product
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--spring.threads.virtual.enabled=true",
                        "--spring.main.banner-mode=off",
                        "--spring.freemarker.check-template-location=false",
                        "--spring.datasource.url=jdbc:h2:mem:sources;DB_CLOSE_DELAY=-1",
                        "--espalier.sources.folder=" + folder,
                        "--espalier.sources.interval=1h",
                        "--espalier.sources.hosting.repositories=templates",
                        "--espalier.sources.hooks.fleet=correct horse,battery staple");
        port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @Test
    void emptyHostedFleetIsFilledByItsFirstPush() throws Exception {
        GitCli work = GitCli.init(folder.resolve("work"));
        work.run("remote", "add", "origin", url("fleet")).mustSucceed();
        work.write("fleet.yaml", "fleet: shop\n").commit("Begin");
        var push = work.run("push", "origin", "main").mustSucceed();
        assertThat(push.output())
                .contains("remote: told before it was followed: true")
                .contains("remote: holds [fleet.yaml]");
        SourceAdvanced told = TOLD.poll(60, TimeUnit.SECONDS);
        assertThat(told).isNotNull();
        assertThat(told.source()).isEqualTo(FLEET);
        work.write("bad", "x").commit("Bad");
        assertThat(work.run("push", "origin", "main").output())
                .contains("remote: bad:1:1 is bad (did you mean 'good'?)");
        GitCli.clone(url("templates"), folder.resolve("templates"));
    }

    @Test
    void hooksAreAnsweredByTheirSignature() throws Exception {
        byte[] body = "{\"ref\":\"refs/heads/main\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(post("fleet", body, "application/json", signature("correct horse", body)))
                .isEqualTo(202);
        assertThat(post("fleet", body, "application/json", signature("battery staple", body)))
                .isEqualTo(202);
        assertThat(post("fleet/svn", body, "text/plain", signature("correct horse", body)))
                .isEqualTo(202);
        assertThat(post("fleet", body, "application/json", signature("wrong", body)))
                .isEqualTo(403);
        assertThat(post("absent", body, "application/json", signature("correct horse", body)))
                .isEqualTo(403);
        assertThat(post("..%2fx", body, "application/json", signature("correct horse", body)))
                .isIn(400, 403, 404);
        assertThat(post("fleet", body, "application/json", "")).isEqualTo(401);
        assertThat(post("absent", body, "application/json", "")).isEqualTo(401);
    }

    @Test
    void formBodyIsVerifiedAsItCame() throws Exception {
        byte[] body = "payload=%7B%22ref%22%3A%22x%22%7D&_csrf=x&_method=delete".getBytes(StandardCharsets.UTF_8);
        assertThat(post("fleet", body, "application/x-www-form-urlencoded", signature("correct horse", body)))
                .isEqualTo(202);
    }

    @Test
    void bodyThatIsNoJsonIsNotLookedInto() throws Exception {
        byte[] body = "{{{{ not json".getBytes(StandardCharsets.UTF_8);
        assertThat(post("fleet", body, "application/json", signature("correct horse", body)))
                .isEqualTo(202);
    }

    @Test
    void bodyOverAMegabyteIsRefusedWhetherItsLengthIsToldOrNot() throws Exception {
        byte[] most = new byte[1 << 20];
        assertThat(post("fleet", most, "application/json", signature("correct horse", most)))
                .isEqualTo(202);
        byte[] more = new byte[(1 << 20) + 1];
        assertThat(post("fleet", more, "application/json", signature("correct horse", more)))
                .isEqualTo(413);
        var chunked = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/hooks/fleet"))
                .header("X-Signature", signature("correct horse", more))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(more)))
                .build();
        assertThat(send(chunked)).isEqualTo(413);
    }

    @Test
    void lengthThatIsALieIsRefusedAtOnce() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port);
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            socket.setSoTimeout(10_000);
            out.write(("POST /hooks/fleet HTTP/1.1\r\nHost: x\r\nX-Signature: sha256=00\r\n"
                            + "Content-Length: 9000000000000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
        }
    }

    @Test
    void acceptedHookIsAnsweredQuickly() throws Exception {
        byte[] body = new byte[100_000];
        String signature = signature("correct horse", body);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long start = System.nanoTime();
            post("fleet", body, "application/json", signature);
            best = Math.min(best, System.nanoTime() - start);
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(best)).isLessThan(50);
    }

    private static int post(String path, byte[] body, String type, String signature) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/hooks/" + path))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (!signature.isEmpty()) {
            request.header("X-Signature", signature);
        }
        return send(request.build());
    }

    private static int send(HttpRequest request) throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private static String signature(String secret, byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
    }

    private static String url(String repository) {
        return "http://ann:secret@127.0.0.1:" + port + "/git/" + repository + ".git";
    }
}

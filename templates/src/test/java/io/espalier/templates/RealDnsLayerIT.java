package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.HttpDnsApplication;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** All three layers before {@code espalier httpdns} as a process of its own, with unbound behind it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealDnsLayerIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    static Path root;

    private int dnsPort;
    private int unboundPort;
    private @Nullable Process unbound;
    private @Nullable Process httpdns;
    private Stack stack;

    @BeforeAll
    void start() throws IOException {
        Nginx.assumeInstalled();
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/sbin/unbound")), "needs Debian's unbound");
        List<Integer> ports = Nginx.freePorts(2);
        unboundPort = ports.getFirst();
        dnsPort = ports.getLast();
        unbound = DnsLayerIT.unbound(root, unboundPort);
        httpdns = launch();
        stack = new Stack(root)
                .layer("l1", 1, Map.of("rate", Map.of("on", false)))
                .layer("l2", 1, Map.of())
                .layer("dns", 1, Map.of("httpdns", "127.0.0.1:" + dnsPort, "resolver", "127.0.0.1:" + unboundPort))
                .start();
    }

    private Process launch() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HttpDnsApplication.class.getName(),
                        "--port",
                        Integer.toString(dnsPort),
                        "--upstream",
                        "127.0.0.1:" + unboundPort,
                        "--private-names",
                        "shop.example")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        root.resolve("httpdns.log").toFile()))
                .start();
        Await.until("httpdns listens", LIMIT, () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException(Files.readString(root.resolve("httpdns.log")));
            }
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), dnsPort)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        });
        return process;
    }

    @AfterAll
    void stop() throws InterruptedException {
        if (stack != null) {
            stack.close();
        }
        for (Process process : new Process[] {httpdns, unbound}) {
            if (process != null) {
                process.destroyForcibly();
                process.waitFor(30, TimeUnit.SECONDS);
            }
        }
    }

    private HttpResponse<String> get(String pathAndQuery) {
        return stack.get(stack.server("l1a").uri(pathAndQuery));
    }

    @Test
    void dialectsPassThroughAllLayersAndSurviveTheEndOfHttpdns() throws Exception {
        assertThat(get("/dn?www.shop.example").body().lines().map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactlyInAnyOrder("10.1.2.3", "10.1.2.4");
        assertThat(get("/resolve?name=www.shop.example&type=AAAA").body()).contains("\"data\":\"2001:db8::1\"");
        assertThat(get("/d?dn=www.shop.example").body()).contains("10.1.2.3").contains(";");
        assertThat(get("/dn?absent.shop.example&format=json").body()).contains("\"status\":\"NXDOMAIN\"");
        assertThat(get("/dn?a..b").statusCode()).isEqualTo(400);
        var wire = stack.send(HttpRequest.newBuilder(
                        stack.server("l1a").uri("/dns-query?dns=AAABAAABAAAAAAAAA3d3dwRzaG9wB2V4YW1wbGUAAAEAAQ"))
                .timeout(Duration.ofSeconds(10))
                .build());
        assertThat(wire.headers().firstValue("Content-Type")).hasValue("application/dns-message");

        httpdns.destroyForcibly().waitFor();
        HttpResponse<String> fallback = get("/dn?domain=www.shop.example");
        assertThat(fallback.headers().firstValue("x-answered-by")).contains("resolver");
        assertThat(fallback.body().lines()).containsExactlyInAnyOrder("10.1.2.3", "10.1.2.4");

        httpdns = launch();
        Await.until(
                "httpdns answers again",
                LIMIT,
                () -> get("/dn?dn=www.shop.example&format=json").body().contains("\"origin\":"));
        assertThat(stack.defects()).isEmpty();
    }
}

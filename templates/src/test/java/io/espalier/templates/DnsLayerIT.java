package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Await;
import io.espalier.testkit.Ran;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** All three layers: L1, L2, and nginx before an HTTP server in the place of httpdns and a real unbound. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DnsLayerIT {

    @TempDir
    static Path root;

    private final Origin httpdns = Origin.start("httpdns");
    private Process unbound;
    private Stack stack;

    @BeforeAll
    void start() throws IOException {
        Nginx.assumeInstalled();
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/sbin/unbound")), "needs Debian's unbound");
        int port = Nginx.freePorts(1).getFirst();
        unbound = unbound(root, port);
        stack = new Stack(root)
                .layer("l1", 1, Map.of("rate", Map.of("on", false)))
                .layer("l2", 1, Map.of())
                .layer("dns", 1, Map.of("httpdns", "127.0.0.1:" + httpdns.port(), "resolver", "127.0.0.1:" + port))
                .start();
    }

    static Process unbound(Path root, int port) throws IOException {
        Path folder = Files.createDirectories(root.resolve("unbound"));
        var many = new StringBuilder();
        for (int i = 1; i <= 100; i++) {
            many.append("    local-data: \"many.shop.example. 60 IN A 10.9.0.")
                    .append(i)
                    .append("\"\n");
        }
        Files.writeString(folder.resolve("unbound.conf"), """
                server:
                    interface: 127.0.0.1@%d
                    do-daemonize: no
                    username: ""
                    chroot: ""
                    directory: "%s"
                    pidfile: ""
                    use-syslog: no
                    local-zone: "shop.example." static
                    local-data: "www.shop.example. 60 IN A 10.1.2.3"
                    local-data: "www.shop.example. 60 IN A 10.1.2.4"
                    local-data: "www.shop.example. 60 IN AAAA 2001:db8::1"
                %s
                """.formatted(port, folder, many));
        Process process = new ProcessBuilder(
                        "/usr/sbin/unbound",
                        "-d",
                        "-c",
                        folder.resolve("unbound.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Await.until("unbound answers", () -> {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            }
        });
        return process;
    }

    @AfterAll
    void stop() {
        if (stack != null) {
            stack.close();
        }
        if (unbound != null) {
            unbound.destroyForcibly();
        }
        httpdns.close();
    }

    private String direct(String pathAndQuery, String... headers) {
        return stack.get(stack.server("dnsa").uri(pathAndQuery), headers).body();
    }

    @Test
    void httpdnsIsAskedThroughAllLayersAndTheResolverWhenItIsGone() {
        String passed =
                stack.get(stack.server("l1a").uri("/dn?www.shop.example")).body();
        assertThat(passed).startsWith("httpdns /dn?www.shop.example");
        httpdns.stop();
        try {
            var answer = stack.get(stack.server("l1a").uri("/dn?domain=www.shop.example"));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body().lines()).containsExactlyInAnyOrder("10.1.2.3", "10.1.2.4");
            assertThat(answer.headers().firstValue("x-answered-by")).contains("resolver");
            assertThat(answer.headers().firstValue("cache-control")).contains("max-age=60");
            assertThat(stack.get(stack.server("l1a").uri("/dn?domain=www.shop.example"))
                            .headers()
                            .firstValue("x-cache"))
                    .contains("hit");

            assertThat(direct("/dn?name=www.shop.example&type=AAAA")).isEqualTo("2001:db8:0:0:0:0:0:1\n");
            assertThat(direct("/dn?many.shop.example").lines())
                    .as("more than a datagram holds")
                    .hasSize(100);
            assertThat(direct("/dn?absent.shop.example")).isEmpty();
            assertThat(direct("/dn?dn=absent.shop.example&format=json"))
                    .contains("\"status\":\"NXDOMAIN\"", "\"addresses\":[]");
            assertThat(direct("/dn?dn=www.shop.example&type=A", "Accept", "application/json"))
                    .contains("\"name\":\"www.shop.example\"", "\"ttl\":60", "10.1.2.3");
            for (String bad : new String[] {"/dn", "/dn?dn=", "/dn?dn=a..b", "/dn?dn=a&dn=b", "/dn?dn=a&type=MX"}) {
                assertThat(stack.get(stack.server("dnsa").uri(bad)).statusCode())
                        .as(bad)
                        .isEqualTo(400);
            }
        } finally {
            httpdns.startAgain();
        }
        assertThat(direct("/dn?again.shop.example")).startsWith("httpdns ");
        assertThat(stack.defects()).isEmpty();
    }

    @Test
    void whatHttpdnsAnswersIsPassedOnEvenIfItIsAnError() {
        httpdns.answering(503, Map.of("Retry-After", "1"));
        try {
            var answer = stack.get(stack.server("dnsa").uri("/dn?www.shop.example"));
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("retry-after")).contains("1");
        } finally {
            httpdns.answering(200, Map.of("Cache-Control", "max-age=60"));
        }
    }

    @Test
    void dnsLayerPassesItsValidation() {
        Ran ran = stack.server("dnsa").nginx().validate();
        assertThat(ran.status()).as(ran.output()).isZero();
    }
}

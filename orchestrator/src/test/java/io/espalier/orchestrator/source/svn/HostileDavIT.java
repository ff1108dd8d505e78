package io.espalier.orchestrator.source.svn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.Credential;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.RemoteAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A web server that wants more than to be read: it gets no file, no request elsewhere and no password. */
class HostileDavIT {

    @TempDir
    private Path folder;

    private HttpServer server;
    private HttpServer elsewhere;
    private final AtomicInteger reached = new AtomicInteger();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> {
            reached.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        elsewhere.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        elsewhere.stop(0);
    }

    private void answer(HttpHandler handler) {
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().entrySet());
            exchange.getRequestBody().readAllBytes();
            handler.handle(exchange);
            exchange.close();
        });
    }

    private static void xml(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/xml; charset=\"utf-8\"");
        exchange.getResponseHeaders().add("DAV", "1,2,version-control");
        exchange.sendResponseHeaders(207, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private SourceException look(Credential... credentials) {
        var access = new RemoteAccess(
                Set.of("http"), new AddressGuard(true, true), List.of(credentials), Duration.ofSeconds(5));
        var limits = new PackLimits(1 << 20, 100, 1 << 20, Duration.ofSeconds(10));
        var spec = new SourceSpec.Svn(url(), "", Optional.empty());
        try (SvnMirror mirror =
                SvnMirror.open(new SourceName("x"), spec, folder.resolve("mirror.git"), access, limits)) {
            var thrown = new SourceException[1];
            assertThatThrownBy(mirror::look).isInstanceOfSatisfying(SourceException.class, e -> thrown[0] = e);
            return thrown[0];
        }
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/svn";
    }

    @Test
    void entityThatNamesAFileOrAnAddressIsNotRead() throws Exception {
        Path secret = folder.resolve("secret");
        Files.writeString(secret, "sesame-open");
        String there = "http://127.0.0.1:" + elsewhere.getAddress().getPort() + "/x";
        answer(exchange -> xml(exchange, """
                <?xml version="1.0"?>
                <!DOCTYPE x [ <!ENTITY file SYSTEM "%s"> <!ENTITY net SYSTEM "%s"> ]>
                <D:multistatus xmlns:D="DAV:"><D:response><D:href>/&file;&net;</D:href><D:propstat><D:prop>
                <D:version-controlled-configuration><D:href>/&file;&net;</D:href></D:version-controlled-configuration>
                <D:resourcetype><D:collection/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status>
                </D:propstat></D:response></D:multistatus>
                """.formatted(secret.toUri(), there)));
        assertThat(look()).hasMessageNotContaining("sesame-open");
        assertThat(reached).hasValue(0);
        assertThat(asked.toString()).doesNotContain("sesame-open");
    }

    @Test
    void entitiesThatMultiplyEndEarly() {
        var entities = new StringBuilder("<!ENTITY a0 \"aaaaaaaaaaaaaaaaaaaa\">");
        for (int i = 1; i < 12; i++) {
            entities.append("<!ENTITY a")
                    .append(i)
                    .append(" \"")
                    .append(("&a" + (i - 1) + ";").repeat(10))
                    .append("\">");
        }
        answer(
                exchange -> xml(
                        exchange,
                        "<?xml version=\"1.0\"?><!DOCTYPE x [" + entities
                                + "]><D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>&a11;</D:href></D:response></D:multistatus>"));
        assertThat(look().getMessage()).hasSizeLessThan(5_000);
    }

    @Test
    void redirectLeadsNowhere() {
        answer(exchange -> {
            exchange.getResponseHeaders()
                    .add(
                            "Location",
                            "http://127.0.0.1:" + elsewhere.getAddress().getPort() + "/svn/");
            exchange.sendResponseHeaders(301, -1);
        });
        assertThat(look()).hasMessageContaining("redirects to another server");
        assertThat(reached).hasValue(0);
    }

    @Test
    void passwordIsSentToNoOtherUrlThanItsOwn() {
        answer(exchange -> {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"R\"");
            exchange.sendResponseHeaders(401, -1);
        });
        look(new Credential(
                "other",
                "http://127.0.0.1:" + server.getAddress().getPort() + "/svn-other/",
                Optional.of("ann"),
                Optional.of("sesame"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
        assertThat(asked.toString()).contains("OPTIONS").doesNotContain("Basic");
    }

    @Test
    void answerThatIsNoXmlIsTold() {
        answer(exchange -> xml(exchange, "hello"));
        assertThat(look()).hasMessageContaining(url());
    }
}

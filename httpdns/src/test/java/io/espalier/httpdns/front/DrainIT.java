package io.espalier.httpdns.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Await;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DrainIT {
    private static final String GET = "GET /dn?a.example.com HTTP/1.1\r\nHost: x\r\n\r\n";

    private Doors doors;

    @AfterEach
    void close() {
        if (doors != null) {
            doors.close();
        }
    }

    @Test
    void aDrainingServerAnswersAndSendsItsClientsAway() throws Exception {
        doors = Doors.open();
        try (var socket = doors.connect()) {
            Doors.send(socket, GET);
            assertThat(Doors.readUntil(socket, "30\n")).doesNotContain("Connection: close");
            assertThat(doors.post("/drain", "text/plain", new byte[0]).body()).isEqualTo("draining\n");
            Doors.send(socket, GET);
            assertThat(Doors.readToEnd(socket)).startsWith("HTTP/1.1 200").contains("Connection: close");
        }
        assertThat(doors.get("/health").statusCode()).isEqualTo(503);
        assertThat(doors.get("/dn?a.example.com").statusCode()).isEqualTo(200);
    }

    @Test
    void afterItsGraceItRefusesAndThenIsGone() throws Exception {
        doors = Doors.open();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var idle = doors.connect()) {
            Await.until("it is in", () -> doors.front.connections() == 1);
            var drained = threads.submit(() -> {
                doors.front.drain(Duration.ofMillis(300), Duration.ofSeconds(10));
                return true;
            });
            Await.until("nobody is let in any more", () -> {
                try {
                    doors.connect().close();
                    return false;
                } catch (java.net.ConnectException e) {
                    return true;
                }
            });
            Doors.send(idle, GET);
            assertThat(Doors.readToEnd(idle))
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After: 1")
                    .contains("Connection: close")
                    .contains("DRAINING");
            assertThat(drained.get()).isTrue();
        }
    }

    @Test
    void whatIsUnderWayIsStillAnswered() throws Exception {
        doors = Doors.open();
        var gate = new CountDownLatch(1);
        doors.names.holdAt(gate);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var socket = doors.connect()) {
            Doors.send(socket, "GET /dn?slow.example.com HTTP/1.1\r\nHost: x\r\n\r\n");
            Await.until("it waits", () -> doors.front.tallies().prometheus().contains("httpdns_waiting 1"));
            var drained = threads.submit(() -> {
                doors.front.drain(Duration.ofMillis(100), Duration.ofSeconds(10));
                return true;
            });
            Await.until("it drains", () -> {
                try {
                    doors.connect().close();
                    return false;
                } catch (java.net.ConnectException e) {
                    return true;
                }
            });
            gate.countDown();
            assertThat(Doors.readToEnd(socket)).startsWith("HTTP/1.1 200").endsWith("192.0.2.30 70\n");
            assertThat(drained.get()).isTrue();
        }
    }
}

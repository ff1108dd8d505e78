package io.espalier.metrics.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.wire.Pickle.Point;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PickleTest {
    private static final List<Point> POINTS = List.of(
            new Point("servers.web1.cpu", 1700000000, 12.5),
            new Point("servers.web1.load", 1700000060.5, 3),
            new Point("a.b", 1700000000, -70000),
            new Point("a.c", 1700000000, 4.5),
            new Point("servers.web1.big", 1700000000, 5e9));

    private static List<Point> read(byte[] pickle) throws BadWireException {
        return Pickle.read(pickle, 0, pickle.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Written by Python 3.11's pickle, protocols 0 to 5; the last has lists for tuples. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "KGxwMAooVnNlcnZlcnMud2ViMS5jcHUKcDEKKEkxNzAwMDAwMDAwCkYxMi41CnRwMgp0cDMKYShWc2VydmVycy53ZWIxLmxvYWQK"
                        + "cDQKKEYxNzAwMDAwMDYwLjUKSTMKdHA1CnRwNgphKFZhLmIKcDcKKEkxNzAwMDAwMDAwCkktNzAwMDAKdHA4CnRwOQphKFZhLmMK"
                        + "cDEwCihJMTcwMDAwMDAwMApWNC41CnAxMQp0cDEyCnRwMTMKYShWc2VydmVycy53ZWIxLmJpZwpwMTQKKEkxNzAwMDAwMDAwCkw1"
                        + "MDAwMDAwMDAwTAp0cDE1CnRwMTYKYS4=",
                "XXEAKChYEAAAAHNlcnZlcnMud2ViMS5jcHVxAShKAPFTZUdAKQAAAAAAAHRxAnRxAyhYEQAAAHNlcnZlcnMud2ViMS5sb2FkcQQo"
                        + "R0HZVPxPIAAASwN0cQV0cQYoWAMAAABhLmJxByhKAPFTZUqQ7v7/dHEIdHEJKFgDAAAAYS5jcQooSgDxU2VYAwAAADQuNXELdHEM"
                        + "dHENKFgQAAAAc2VydmVycy53ZWIxLmJpZ3EOKEoA8VNlTDUwMDAwMDAwMDBMCnRxD3RxEGUu",
                "gAJdcQAoWBAAAABzZXJ2ZXJzLndlYjEuY3B1cQFKAPFTZUdAKQAAAAAAAIZxAoZxA1gRAAAAc2VydmVycy53ZWIxLmxvYWRxBEdB"
                        + "2VT8TyAAAEsDhnEFhnEGWAMAAABhLmJxB0oA8VNlSpDu/v+GcQiGcQlYAwAAAGEuY3EKSgDxU2VYAwAAADQuNXELhnEMhnENWBAA"
                        + "AABzZXJ2ZXJzLndlYjEuYmlncQ5KAPFTZYoFAPIFKgGGcQ+GcRBlLg==",
                "gANdcQAoWBAAAABzZXJ2ZXJzLndlYjEuY3B1cQFKAPFTZUdAKQAAAAAAAIZxAoZxA1gRAAAAc2VydmVycy53ZWIxLmxvYWRxBEdB"
                        + "2VT8TyAAAEsDhnEFhnEGWAMAAABhLmJxB0oA8VNlSpDu/v+GcQiGcQlYAwAAAGEuY3EKSgDxU2VYAwAAADQuNXELhnEMhnENWBAA"
                        + "AABzZXJ2ZXJzLndlYjEuYmlncQ5KAPFTZYoFAPIFKgGGcQ+GcRBlLg==",
                "gASVmQAAAAAAAABdlCiMEHNlcnZlcnMud2ViMS5jcHWUSgDxU2VHQCkAAAAAAACGlIaUjBFzZXJ2ZXJzLndlYjEubG9hZJRHQdlU"
                        + "/E8gAABLA4aUhpSMA2EuYpRKAPFTZUqQ7v7/hpSGlIwDYS5jlEoA8VNljAM0LjWUhpSGlIwQc2VydmVycy53ZWIxLmJpZ5RKAPFT"
                        + "ZYoFAPIFKgGGlIaUZS4=",
                "gAWVmQAAAAAAAABdlCiMEHNlcnZlcnMud2ViMS5jcHWUSgDxU2VHQCkAAAAAAACGlIaUjBFzZXJ2ZXJzLndlYjEubG9hZJRHQdlU"
                        + "/E8gAABLA4aUhpSMA2EuYpRKAPFTZUqQ7v7/hpSGlIwDYS5jlEoA8VNljAM0LjWUhpSGlIwQc2VydmVycy53ZWIxLmJpZ5RKAPFT"
                        + "ZYoFAPIFKgGGlIaUZS4=",
                "gAJdcQAoXXEBKFgQAAAAc2VydmVycy53ZWIxLmNwdXECSgDxU2VHQCkAAAAAAACGcQNlXXEEKFgRAAAAc2VydmVycy53ZWIxLmxv"
                        + "YWRxBUdB2VT8TyAAAEsDhnEGZV1xByhYAwAAAGEuYnEISgDxU2VKkO7+/4ZxCWVdcQooWAMAAABhLmNxC0oA8VNlWAMAAAA0LjVx"
                        + "DIZxDWVdcQ4oWBAAAABzZXJ2ZXJzLndlYjEuYmlncQ9KAPFTZYoFAPIFKgGGcRBlZS4="
            })
    void whatPythonWritesIsReadInEveryProtocol(String pickle) throws BadWireException {
        assertThat(read(Base64.getDecoder().decode(pickle))).isEqualTo(POINTS);
    }

    @Test
    void aPickleThatWouldRunSomethingIsRefused() {
        byte[] evil = Base64.getDecoder()
                .decode("gAJdcQBYAQAAAGFxAUsBY3Bvc2l4CnN5c3RlbQpxAlgKAAAAZWNobyBwd25lZHEDhXEEUnEFhnEGhnEHYS4=");
        assertThatThrownBy(() -> read(evil))
                .isInstanceOf(BadWireException.class)
                .hasMessageContaining("opcode 0x63 is not allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "]",
                "K\u0001.",
                "](U\u0001ae.",
                "e.",
                "a.",
                "(t",
                "X\u00ff\u00ff\u00ff\u007f",
                "h\u0005.",
                "\u008b\u00ff\u00ff\u00ff\u00ff.",
                "Inonsense\n."
            })
    void whatIsNoListOfPointsIsRefusedAndNeverMadeRoomFor(String pickle) {
        assertThatThrownBy(() -> read(bytes(pickle))).isInstanceOf(BadWireException.class);
    }

    @Test
    void aListThatHoldsItselfEnds() {
        assertThatThrownBy(() -> read(bytes("]q\0h\0a."))).isInstanceOf(BadWireException.class);
    }

    @Test
    void aPointThatIsRememberedCanBeRepeated() throws BadWireException {
        var pickle = new ByteArrayOutputStream();
        pickle.writeBytes(bytes("](U\1aK\1K\2\u0086\u0086q\0"));
        for (int i = 0; i < 99; i++) {
            pickle.writeBytes(bytes("h\0"));
        }
        pickle.writeBytes(bytes("e."));
        assertThat(read(pickle.toByteArray())).hasSize(100).containsOnly(new Point("a", 1, 2));
    }
}

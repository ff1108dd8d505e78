package io.espalier.httpdns.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallersTest {
    private final Callers callers = new Callers(
            Networks.parse("10.0.0.0/8, ::1"), Networks.parse("127.0.0.0/8,192.0.2.0/24"), List.of(new Secret("tok")));

    private static InetAddress at(String address) {
        return InetAddress.ofLiteral(address);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "203.0.113.9; 198.51.100.7; 203.0.113.9",
                "10.1.1.1; 198.51.100.7; 198.51.100.7",
                "10.1.1.1; 1.2.3.4, 198.51.100.7, 10.2.2.2; 198.51.100.7",
                "10.1.1.1; nonsense; 10.1.1.1",
                "10.1.1.1; nonsense, 10.3.3.3; 10.3.3.3",
                "10.1.1.1; 10.4.4.4; 10.4.4.4",
                "10.1.1.1; 2001:db8::7; 2001:db8::7"
            })
    void onlyProxiesAreBelieved(String peer, String forwarded, String expected) {
        assertThat(callers.of(at(peer), forwarded, null).address()).isEqualTo(at(expected));
    }

    @Test
    void operatorsAreKnownByTheirNetworkUnlessSomeoneStandsBetween() {
        assertThat(callers.of(at("127.0.0.1"), null, null).isOperator()).isTrue();
        assertThat(callers.of(at("127.0.0.1"), "192.0.2.1", null).isOperator()).isFalse();
        assertThat(callers.of(at("10.1.1.1"), "192.0.2.1", null).isOperator()).isTrue();
        assertThat(callers.of(at("10.1.1.1"), null, null).isOperator()).isFalse();
        assertThat(callers.of(at("203.0.113.1"), null, null).isOperator()).isFalse();
    }

    @Test
    void operatorsAreKnownByATokenFromAnywhere() {
        assertThat(callers.of(at("203.0.113.1"), null, "Bearer tok").isOperator())
                .isTrue();
        assertThat(callers.of(at("203.0.113.1"), null, "Bearer tokk").isOperator())
                .isFalse();
        assertThat(callers.of(at("203.0.113.1"), null, "Basic tok").isOperator())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "localhost", "fe80::1%eth0", "::g", "1:2"})
    void whatIsNoAddressIsNeverResolved(String text) {
        assertThatThrownBy(() -> Addresses.address(text)).isInstanceOf(IllegalArgumentException.class);
    }
}

package io.espalier.orchestrator.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminExchangeTest {

    @Test
    void statusAndBodyAreRead() throws IOException {
        assertThat(AdminExchange.parse("HTTP/1.1 409 Conflict\r\nA: b\r\n\r\n{\"reason\":\"old-version\"}\n"))
                .isEqualTo(new AdminExchange.Reply(409, "{\"reason\":\"old-version\"}\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 20 OK\r\n\r\n", "\u0000\u001b[2J"
            })
    void whateverElseAnswersIsSaidAndShownSafely(String text) {
        assertThatThrownBy(() -> AdminExchange.parse(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no balancer")
                .message()
                .doesNotContain("\u001b");
    }
}

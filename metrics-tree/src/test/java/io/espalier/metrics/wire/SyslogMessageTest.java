package io.espalier.metrics.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyslogMessageTest {
    private static String read(String line) throws BadWireException {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        SyslogMessage message = SyslogMessage.parse(bytes, 0, bytes.length);
        String text = new String(bytes, message.from(), message.to() - message.from(), StandardCharsets.UTF_8);
        return String.join(
                "|", Integer.toString(message.facility()), message.severityName(), message.host(), message.app(), text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "<190>Nov 20 10:05:03 web1 nginx: 1.2.3.4 - -; 23|info|web1|nginx|1.2.3.4 - -",
                "<190>Nov  2 10:05:03 nginx: 1.2.3.4 - -; 23|info|-|nginx|1.2.3.4 - -",
                "<34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed; 4|critical|mymachine|su|'su root' failed",
                "<13>2026-11-20T10:05:03.123+00:00 web1 app: hello: there; 1|notice|web1|app|hello: there",
                "<13>root: by logger without a time; 1|notice|-|root|by logger without a time",
                "<13>nothing of that kind; 1|notice|-|-|nothing of that kind",
                "<0>; 0|emergency|-|-|",
                "<165>1 2003-10-11T22:14:15.003Z web1 evntslog - ID47 - text; 20|notice|web1|evntslog|text",
                "<165>1 - - app 12 - [a@1 x=\"]\\\"\" y=\"2\"][b@2] text; 20|notice|-|app|text",
                "<165>1 - h a - - -; 20|notice|h|a|",
            })
    void findsHostProgramAndTextInWhatRealProgramsSend(String line, String expected) throws BadWireException {
        assertThat(read(line)).isEqualTo(expected.strip());
    }

    @Test
    void aByteOrderMarkIsNoText() throws BadWireException {
        assertThat(read("<165>1 - h a - - - \ufefftext")).isEqualTo("20|notice|h|a|text");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "hello; no <priority> at byte 1",
                "<192>x; 0 to 191 at byte 5",
                "<1; 0 to 191",
                "<165>1 2003 h; expected a host of 1 to 255 characters and a space at byte 13",
                "<165>1 - h a - - x; structured data or - at byte 18",
                "<165>1 - h a - - [a; without its end",
            })
    void whatIsNoSyslogIsRefusedWithTheByteWhereItStops(String line, String reason) {
        assertThatThrownBy(() -> read(line))
                .isInstanceOf(BadWireException.class)
                .hasMessageContaining(reason);
    }
}

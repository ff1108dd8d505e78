package io.espalier.metrics.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.tree.Batch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogFormatTest {
    private static final String COMBINED =
            "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a?b=c HTTP/1.1\" 404 203023 \"http://x.org/y\" \"Mozilla \\\"q\\\" Chrome/32.0\"";

    private static String field(LogFormat format, String line, Field field) {
        var record = new LogRecord();
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        assertThat(format.parse(bytes, 0, bytes.length, record)).isEqualTo(-1);
        return record.has(field)
                ? new String(bytes, record.from(field), record.to(field) - record.from(field), StandardCharsets.UTF_8)
                : "";
    }

    @Test
    void findsTheFieldsOfNamedAndPastedFormats() {
        LogFormat nginx = LogFormat.of(
                "log_format main '$remote_addr - $remote_user [$time_local] \"$request\" '\n '$status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"';");
        LogFormat apache = LogFormat.of(
                "LogFormat \"%h %l %u %t \\\"%r\\\" %>s %O \\\"%{Referer}i\\\" \\\"%{User-Agent}i\\\"\" combined");
        for (LogFormat format : List.of(LogFormat.of("combined"), nginx, apache)) {
            assertThat(field(format, COMBINED, Field.URL)).isEqualTo("/a?b=c");
            assertThat(field(format, COMBINED, Field.METHOD)).isEqualTo("GET");
            assertThat(field(format, COMBINED, Field.STATUS)).isEqualTo("404");
            assertThat(field(format, COMBINED, Field.BYTES)).isEqualTo("203023");
            assertThat(field(format, COMBINED, Field.AGENT)).isEqualTo("Mozilla \\\"q\\\" Chrome/32.0");
            assertThat(field(format, COMBINED, Field.USER)).isEmpty();
        }
    }

    @Test
    void detectsTheFormatAndSaysSoAndShowsWhereALineFailsOtherwise() {
        var bad = new ArrayList<String>();
        var log = new AccessLog(Optional.empty(), (line, column, _, _, _, _) -> bad.add(line + ":" + column));
        String text = COMBINED + "\n" + COMBINED + "\nUnmatched!\n" + COMBINED.replace("404", "x04") + "\n";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.block(bytes, 0, bytes.length);
        log.flush(new Batch());
        assertThat(log.format().map(LogFormat::toString)).contains("combined");
        assertThat(log.fitting()).isEqualTo(2);
        assertThat(bad).containsExactly("3:1", "4:" + (COMBINED.indexOf("404") + 1));
    }

    @Test
    void formatsThatCannotBeReadAreRefusedWithTheReason() {
        assertThatThrownBy(() -> LogFormat.of("$remote_addr$status")).hasMessageContaining("nothing between");
        assertThatThrownBy(() -> LogFormat.of("%{Referer")).hasMessageContaining("column 2");
        assertThatThrownBy(() -> LogFormat.of("hello")).hasMessageContaining("combined");
    }

    @Test
    void noFormatAndNoLineBreaksIt() {
        var random = new Random(5);
        String[] parts = {"%h", "%{", "}", "$status", "${uri", "%>s", "\"", " ", "%", "[", "x", "'", "%{ms}T", "\\"};
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            var line = new StringBuilder();
            for (int k = random.nextInt(12); k > 0; k--) {
                text.append(parts[random.nextInt(parts.length)]);
                line.append(parts[random.nextInt(parts.length)]);
            }
            try {
                LogFormat format = LogFormat.of(text.toString());
                byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
                assertThat(format.parse(bytes, 0, bytes.length, new LogRecord()))
                        .isBetween(-1, bytes.length);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}

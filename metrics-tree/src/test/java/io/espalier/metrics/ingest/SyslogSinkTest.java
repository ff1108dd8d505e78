package io.espalier.metrics.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SyslogSinkTest {
    private final MetricTree tree = new MetricTree(TreeSettings.ofMachine(), InstantSource.system());
    private final SyslogSink sink = new SyslogSink(new Intake(tree, Optional.empty()));

    private void send(String... messages) {
        for (String message : messages) {
            byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
            sink.datagram(bytes, 0, bytes.length);
        }
        sink.flush();
    }

    private String get(String key) {
        return Answers.list(new Queries(tree, Budget.USUAL).run(Query.parse(key)));
    }

    @Test
    void theAccessLogInNginxMessagesGoesThroughThePipes() {
        String line =
                "<190>Nov 20 10:05:03 web1 nginx: 1.2.3.4 - - [20/Nov/2026:10:05:03 +0000] \"GET /a HTTP/1.1\" 404 12 \"-\" \"curl/8\"";
        send(line, line, "<187>Nov 20 10:05:03 web1 nginx: 2026/11/20 10:05:03 [error] open() failed");
        assertThat(get("status")).isEqualTo("[{\"status,4xx,404\":2}]");
        assertThat(get("syslog,web1,nginx"))
                .isEqualTo("[{\"syslog,web1,nginx,error\":1},{\"syslog,web1,nginx,info\":2}]");
        assertThat(get("~tree,formats")).contains("combined");
        assertThat(get("~tree,drops")).isEqualTo("[]");
    }

    @Test
    void eachSenderHasAFormatOfItsOwn() {
        send(
                "<190>Nov 20 10:05:03 web1 nginx: 1.2.3.4 - - [20/Nov/2026:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 12",
                "<190>Nov 20 10:05:03 web2 nginx: h:80 1.2.3.4 - - [20/Nov/2026:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 12");
        assertThat(get("hits")).isEqualTo("[{\"hits\":2}]");
    }

    @Test
    void whatIsNoSyslogIsALeafWithASample() {
        send("hello");
        assertThat(get("~tree,drops,bad-syslog")).contains(":1").contains("no \\u003cpriority> at byte 1: hello");
    }
}

package io.espalier.metrics.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.Value;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** A line of each named format, as its documentation shows it: status, bytes, URL, method, browser, time in ms. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "combined~1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/7.1\"~200 5 /a GET curl -",
                "vcombined~h:80 1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/7.1\"~200 5 /a GET curl -",
                "common~1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5~200 5 /a GET - -",
                "vcommon~h:80 1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5~200 5 /a GET - -",
                "nginx-timed~1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/7.1\" 0.250 -~200 5 /a GET curl 250",
                "w3c~2014-05-23 01:13:11 10.0.0.1 GET /a x=1 80 - 1.2.3.4 curl/7.1+(x) - 200 0 0 15~200 -1 /a GET curl 15",
                "squid~1286536309.586    921 192.168.0.68 TCP_MISS/200 507 POST http://x.org/a - DIRECT/1.2.3.4 text/html~200 507 http://x.org/a POST - 921",
                "cloudfront~2014-05-23\t01:13:11\tFRA2\t182\t192.0.2.10\tGET\td1.cloudfront.net\t/a\t200\twww.x.com\tMozilla/5.0%20Firefox/33.0\t-\t-\tHit\tMRVM==\td1\thttp\t-\t0.001\t-\t-\t-\tHit\tHTTP/1.1\t-~200 182 /a GET firefox 1",
                "cloudstorage~\"1433352318000000\",\"1.2.3.4\",\"1\",\"\",\"GET\",\"/a\",\"200\",\"100\",\"1024\",\"12000\",\"x.com\",\"\",\"curl/7.1\",\"id\"~200 1024 /a GET curl 12",
                "awselb-classic~2015-05-13T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001 0.000057 200 200 0 29 \"GET http://x.org:80/a HTTP/1.1\" \"curl/7.38.0\" - -~200 29 http://x.org:80/a GET curl 1",
                "awselb~h2 2018-07-02T22:23:00.186641Z app/lb/5 10.0.1.252:48160 10.0.0.66:9000 0.000 0.002 0.000 200 200 5 257 \"GET https://x.com:443/a HTTP/2.0\" \"curl/7.46.0\" ECDHE TLSv1.2 arn:x \"Root=1\" \"www.x.com\" \"arn\"~200 257 https://x.com:443/a GET curl 2",
                "awsalb~http 2018-07-02T22:23:00.186641Z app/lb/5 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 \"GET http://x.com:80/a HTTP/1.1\" \"curl/7.46.0\" - - arn:x~200 366 http://x.com:80/a GET curl 1",
                "awss3~79a5 bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5 3E57 REST.GET.VERSIONING - \"GET /a HTTP/1.1\" 200 - 113 - 7 - \"-\" \"curl/7.1\" -~200 113 /a GET curl 7",
                "traefikclf~192.168.1.1 - - [06/Feb/2019:00:00:38 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"curl/7.1\" 5 \"r@docker\" \"http://10.0.0.2:80\" 3ms~200 12 /a GET curl 3",
                "caddy~{\"level\":\"info\",\"ts\":1646861401.52,\"request\":{\"remote_ip\":\"127.0.0.1\",\"method\":\"GET\",\"host\":\"x\",\"uri\":\"/a\",\"headers\":{\"User-Agent\":[\"curl/7.82.0\",\"y\"]}},\"duration\":9.2e-04,\"size\":10900,\"status\":200}~200 10900 /a GET curl 0.92",
                "nginx-json~{\"time\":\"x\",\"remote_addr\":\"1.2.3.4\",\"request\":\"GET /a HTTP/1.1\",\"status\":\"200\",\"body_bytes_sent\":\"5\",\"http_user_agent\":\"curl/7\",\"request_time\":\"0.250\"}~200 5 /a GET curl 250",
                "traefik-json~{\"ClientHost\":\"1.2.3.4\",\"DownstreamStatus\":200,\"DownstreamContentSize\":5,\"Duration\":2500000,\"RequestMethod\":\"GET\",\"RequestPath\":\"/a\",\"request_User-Agent\":\"curl/7\"}~200 5 /a GET curl 2.5",
                "envoy-json~{\"method\":\"GET\",\"path\":\"/a\",\"response_code\":200,\"bytes_sent\":5,\"duration\":7,\"user_agent\":\"curl/7\",\"downstream_remote_address\":\"1.2.3.4:99\"}~200 5 /a GET curl 7",
                "ecs-json~{\"http\":{\"request\":{\"method\":\"GET\"},\"response\":{\"status_code\":200,\"body\":{\"bytes\":5}}},\"url\":{\"path\":\"/a\"},\"user_agent.original\":\"curl/7\",\"event\":{\"duration\":1000000}}~200 5 /a GET curl 1",
            })
    void everyNamedFormatIsReadAndFoundByLookingAtALine(String name, String line, String expected) {
        assertThat(LogFormat.detect(List.of(line.getBytes(StandardCharsets.UTF_8)))
                        .map(LogFormat::toString))
                .contains(name);
        LogFormat format = LogFormat.of(name.toUpperCase(Locale.ROOT));
        var record = new LogRecord();
        byte[] bytes = ("  " + line).getBytes(StandardCharsets.UTF_8);
        assertThat(format.parse(bytes, 2, bytes.length, record)).isEqualTo(-1);
        var tree = new MetricTree(TreeSettings.ofMachine(), InstantSource.system());
        var batch = new Batch();
        var log = new AccessLog(Optional.of(format), (_, column, reason, _, _, _) -> {
            throw new AssertionError(column + reason);
        });
        log.line(bytes, 2, bytes.length);
        log.flush(batch);
        tree.merge(batch);
        String agent = get(tree, "br,*,*|count").isEmpty() ? "-" : "curl";
        String time = get(tree, "time,request|sum");
        List<String> found = List.of(
                get(tree, "status,2xx,200|sum").equals("1") ? "200" : "?",
                Long.toString(record.number(Field.BYTES)),
                text(record, Field.URL),
                text(record, Field.METHOD),
                agent.equals("curl") && expected.contains("firefox") ? "firefox" : agent,
                time.isEmpty() ? "-" : time);
        assertThat(String.join(" ", found)).isEqualTo(expected);
    }

    private static String text(LogRecord record, Field field) {
        return new String(
                record.bytes(), record.from(field), record.to(field) - record.from(field), StandardCharsets.UTF_8);
    }

    private static String get(MetricTree tree, String key) {
        return new Queries(tree, Budget.USUAL)
                .run(Query.parse(key)).stream()
                        .map(result -> result.value() instanceof Value.Scalar(double number)
                                ? BigDecimal.valueOf(number)
                                        .round(new MathContext(6))
                                        .stripTrailingZeros()
                                        .toPlainString()
                                : "")
                        .findFirst()
                        .orElse("");
    }

    @Test
    void jsonEscapesAreUndoneAndTheLineIsLeftAsItIs() {
        LogFormat format = LogFormat.of("{\"u\":\"%U\",\"s\":%s,\"r\":[{\"a\":\"%u\"}],\"x\":\"%h:%^\"}");
        String line =
                "{\"s\":404,\"u\":\"\\/a\\u00e9\\ud83d\\ude00\\\\\",\"r\":[{\"a\":\"b\\\"c\"},7],\"x\":\"1.2.3.4:80\",\"n\":null}";
        byte[] bytes = ("xx" + line).getBytes(StandardCharsets.UTF_8);
        var record = new LogRecord();
        assertThat(format.parse(bytes, 2, bytes.length, record)).isEqualTo(-1);
        assertThat(text(record, Field.URL)).isEqualTo("/a\u00e9\ud83d\ude00\\");
        assertThat(text(record, Field.AGENT)).isEqualTo("b\"c");
        assertThat(text(record, Field.STATUS)).isEqualTo("404");
        assertThat(text(record, Field.HOST)).isEqualTo("1.2.3.4");
        assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("xx" + line);
        assertThat(format.parse("{\"s\":404 x}".getBytes(StandardCharsets.UTF_8), 0, 11, record))
                .isEqualTo(9);
    }

    @Test
    void aRequestWithoutQuotesIsThreeWordsAndAListOfUpstreamTimesOneField() {
        LogFormat bare =
                LogFormat.of("$remote_addr $request $status $upstream_response_time $upstream_addr $body_bytes_sent");
        String line = "1.2.3.4 GET /a HTTP/1.1 200 0.1, 0.2 : 0.3 10.0.0.1:80, 10.0.0.2:80 77";
        assertThat(field(bare, line, Field.METHOD)).isEqualTo("GET");
        assertThat(field(bare, line, Field.URL)).isEqualTo("/a");
        assertThat(field(bare, line, Field.STATUS)).isEqualTo("200");
        assertThat(field(bare, line, Field.UPSTREAM_SECONDS)).isEqualTo("0.1, 0.2 : 0.3");
        assertThat(field(bare, line, Field.BYTES)).isEqualTo("77");
    }

    @Test
    void labelledColumnsAndContainerLogsAreRead() {
        LogFormat labelled =
                LogFormat.of("log_format ltsv 'host:$remote_addr\\tstatus:$status\\t' 'size:$body_bytes_sent';");
        assertThat(field(labelled, "host:1.2.3.4\tstatus:404\tsize:7", Field.STATUS))
                .isEqualTo("404");
        var log = new AccessLog(Optional.empty(), (line, _, reason, _, _, _) -> {
            throw new AssertionError(line + reason);
        });
        String text = "2026-11-20T10:05:03.123456789Z stdout F " + COMBINED + "\n2026-11-20T10:05:03.1+01:00 stderr F "
                + COMBINED;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.block(bytes, 0, bytes.length);
        log.flush(new Batch());
        assertThat(log.detected()).contains("combined");
        assertThat(log.fitting()).isEqualTo(2);
    }

    @Test
    void aW3cLogTellsItsColumnsAndMayChangeThem() {
        var log = new AccessLog(Optional.empty(), (line, _, reason, _, _, _) -> {
            throw new AssertionError(line + reason);
        });
        String text = """
                #Version: 1.0
                #Fields: date time cs-method cs-uri-stem sc-status time-taken
                2014-05-23 01:13:11 GET /a 200 15
                #Fields: cs-method sc-status sc-bytes cs-uri-stem
                POST 500 77 /b
                """;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.block(bytes, 0, bytes.length);
        var batch = new Batch();
        log.flush(batch);
        var tree = new MetricTree(TreeSettings.ofMachine(), InstantSource.system());
        tree.merge(batch);
        assertThat(log.detected()).contains("w3c");
        assertThat(get(tree, "hits")).isEqualTo("2");
        assertThat(get(tree, "bytes")).isEqualTo("77");
        assertThat(get(tree, "status,5xx,500")).isEqualTo("1");
        assertThat(get(tree, "url,/a")).isEqualTo("1");
    }

    @Test
    void whatFitsNoFormatIsToldWithTheNearestAndWhereItStops() {
        var bad = new ArrayList<String>();
        var log = new AccessLog(
                Optional.empty(), (line, column, reason, _, _, _) -> bad.add(line + ":" + column + " " + reason));
        String line = "1.2.3.4 - - [17/May/2015:10:05:03 +0000] GET /a 200 5";
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        log.block(bytes, 0, bytes.length);
        log.flush(new Batch());
        assertThat(bad).hasSize(1).first().asString().startsWith("1:").contains("nearest is ");
    }
}

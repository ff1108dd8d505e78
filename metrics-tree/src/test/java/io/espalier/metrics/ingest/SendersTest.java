package io.espalier.metrics.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.metrics.wire.XdrWriter;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the messages of other programs become in the tree. The clock stands still: order does not hang on it. */
class SendersTest {
    private final MetricTree tree = new MetricTree(TreeSettings.ofMachine(), MutableClock.fixed());
    private final Intake intake = new Intake(tree, Optional.empty());

    private void send(Sink sink, String... datagrams) {
        for (String datagram : datagrams) {
            byte[] bytes = datagram.getBytes(StandardCharsets.UTF_8);
            sink.datagram(bytes, 0, bytes.length);
        }
        sink.flush();
    }

    private String get(String key) {
        return Answers.list(new Queries(tree, Budget.USUAL).run(Query.parse(key)));
    }

    @Test
    void countersAreSumsOfWhatWasSampled() {
        send(new StatsdSink(intake), "web.hits:1|c\nweb.hits:3|c|@0.1", "web.hits:2|c");
        assertThat(get("web")).isEqualTo("[{\"web,hits\":33}]");
    }

    @Test
    void gaugesKeepTheirLastValueAndGoUpAndDown() {
        send(new StatsdSink(intake), "g:9|g\ng:5|g\ng:+3|g\ng:-1|g");
        assertThat(get("g")).isEqualTo("[{\"g\":7}]");
        send(new StatsdSink(intake), "g:-2|g\nnew:-4|g", "h:5|g\nh:3|g");
        assertThat(get("g")).isEqualTo("[{\"g\":5}]");
        assertThat(get("new")).isEqualTo("[{\"new\":-4}]");
        assertThat(get("h")).isEqualTo("[{\"h\":3}]");
    }

    @Test
    void timersAreSketchesAndSetsCountDifferentValues() {
        send(new StatsdSink(intake), "t:100|ms|@0.5\nt:300|ms", "u:a|s\nu:b|s\nu:a|s");
        assertThat(get("t")).contains("\"count\":3", "\"sum\":500", "\"max\":300");
        assertThat(get("u")).isEqualTo("[{\"u\":2}]");
    }

    @Test
    void tagsStandBelowTheNameInOrder() {
        send(new StatsdSink(intake), "a.b:1|c|#z:1,env:prod", "a.b:1|c|#env:prod,z:1");
        assertThat(get("a")).isEqualTo("[{\"a,b,env=prod,z=1\":2}]");
    }

    @Test
    void eventsChecksAndBadLinesAreCounted() {
        send(new StatsdSink(intake), "_e{2,1}:up|x|t:error", "_sc|db|2|m:gone", "rubbish", "a..b:1|c");
        assertThat(get("statsd,events,error"))
                .contains("{\"statsd,events,error\":1}")
                .contains("up");
        assertThat(get("statsd,checks,db,critical")).contains(":1}").contains("gone");
        assertThat(get("~tree,drops,bad-statsd"))
                .contains(":2}")
                .contains("expected name:value|type at byte 1: rubbish");
    }

    @Test
    void gangliasPacketsShareThePortWithJson() {
        var sink = new LogSink(intake);
        byte[][] packets = {
            XdrWriter.metadata("web1", "cpu_user", "float", "%", 3),
            XdrWriter.metadata("web1", "cpu_user", "float", "%", 3),
            XdrWriter.value("web1", "cpu_user", "12.5"),
            XdrWriter.metadata("web1", "os_name", "string", "", 0),
            XdrWriter.value("web1", "os_name", "10"),
            XdrWriter.value("web1", "os_name", "10"),
            new XdrWriter().word(133).word(99).word(1).word(1).bytes()
        };
        for (byte[] packet : packets) {
            sink.datagram(packet, 0, packet.length);
        }
        send(sink, "{\"j\":1}");
        assertThat(get("j")).isEqualTo("[{\"j\":1}]");
        assertThat(get("ganglia,web1,cpu_user"))
                .isEqualTo(
                        "[{\"ganglia,web1,cpu_user\":12.5},{\"ganglia,web1,cpu_user\":\"type float, units %, slope both\"}]");
        assertThat(get("ganglia,web1,os_name")).contains("\"10\"").doesNotContain(":10}");
        assertThat(get("~tree,drops,bad-gmetric")).contains(":1}").contains("a text of 99 bytes");
    }

    /** As gmetric 3.7.2 sent them: a number, a text, a number of a spoofed host, each behind its metadata. */
    @Test
    void whatGmetricItselfSendsIsRead() {
        var sink = new LogSink(intake);
        for (String packet : new String[] {
            "0000008000000002766d00000000000474656d700000000000000005666c6f61740000000000000474656d7000000001"
                    + "43000000000000030000003c0000000000000000",
            "0000008500000002766d00000000000474656d700000000000000002257300000000000432312e35",
            "0000008000000002766d0000000000026f7300000000000000000006737472696e670000000000026f73000000000000"
                    + "000000030000003c0000000000000000",
            "0000008500000002766d0000000000026f7300000000000000000002257300000000000944656269616e203132000000",
            "000000800000000c31302e302e302e393a64623900000005636f6e6e73000000000000010000000675696e7431360000"
                    + "00000005636f6e6e7300000000000000000000030000003c00000000000000010000000a53504f4f465f484f53540000"
                    + "0000000c31302e302e302e393a646239",
            "000000850000000c31302e302e302e393a64623900000005636f6e6e7300000000000001000000022573000000000001"
                    + "37000000"
        }) {
            byte[] bytes = HexFormat.of().parseHex(packet);
            sink.datagram(bytes, 0, bytes.length);
        }
        sink.flush();
        assertThat(get("ganglia,vm,temp"))
                .contains("{\"ganglia,vm,temp\":21.5}")
                .contains("units C, slope both");
        assertThat(get("ganglia,vm,os")).isEqualTo("[{\"ganglia,vm,os\":\"Debian 12\"}]");
        assertThat(get("ganglia,db9,conns")).contains("{\"ganglia,db9,conns\":7}");
        assertThat(get("~tree")).isEqualTo("[]");
    }

    @Test
    void graphiteTakesWhatItsSendersWriteAndSaysWhatIsWrong() {
        send(
                new GraphiteSink(intake),
                "a.b 3.5 1700000100\r\na.b 2 1700000000\n  c.d\t-1e2  -1 \ne;host=x 7\n",
                "rubbish\n",
                "a..b 1 1\n",
                "a nan 1\n",
                "a 1 1 1\n");
        assertThat(get("a")).isEqualTo("[{\"a,b\":3.5}]");
        assertThat(get("c")).isEqualTo("[{\"c,d\":-100}]");
        assertThat(get("e")).isEqualTo("[{\"e,host=x\":7}]");
        assertThat(get("~tree,drops,bad-graphite")).contains(":4}");
    }

    @Test
    void kernelDropsAreThoseOfOurOwnSocket(@TempDir Path folder) throws IOException {
        Path handles = Files.createDirectory(folder.resolve("fd"));
        Files.createSymbolicLink(handles.resolve("5"), Path.of("socket:[4711]"));
        Files.createSymbolicLink(handles.resolve("6"), Path.of("other"));
        Path table = folder.resolve("udp");
        String head =
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n";
        String row =
                "  1: 0100007F:1FBD 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 %d 2 0 %d\n";
        var drops = new KernelDrops(0x1FBD, List.of(table, folder.resolve("none")), handles);
        Files.writeString(table, head + row.formatted(4711, 7) + row.formatted(9999, 100));
        assertThat(drops.since()).isEqualTo(7);
        assertThat(drops.since()).isZero();
        Files.writeString(table, head + row.formatted(4711, 9));
        assertThat(drops.since()).isEqualTo(2);
    }
}

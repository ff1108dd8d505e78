package io.espalier.metrics.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RelayConfTest {
    private static void fails(String text, String... messages) {
        assertThatThrownBy(() -> RelayConf.parse("relay.conf", text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .satisfies(told -> assertThat(told.lines()).containsExactly(messages));
    }

    @Test
    void upstreamsRoutesAndRoomAreRead() {
        RelayConf conf = RelayConf.parse("relay.conf", """
                # all, and more
                upstream main   http://10.3.0.1:8080
                upstream west-2 https://west.example/tree /etc/espalier/west.token   # behind a proxy
                send * main
                send west,a%2Cb main west-2
                send debug nowhere
                spool 512MiB
                """);
        assertThat(conf.upstreams())
                .containsEntry("main", new RelayConf.Target(URI.create("http://10.3.0.1:8080")))
                .containsEntry(
                        "west-2",
                        new RelayConf.Target(
                                URI.create("https://west.example/tree"),
                                Optional.of(Path.of("/etc/espalier/west.token"))));
        assertThat(conf.routes())
                .containsEntry(List.of(), Set.of("main"))
                .containsEntry(List.of("west", "a,b"), Set.of("main", "west-2"))
                .containsEntry(List.of("debug"), Set.of());
        assertThat(conf.spool()).isEqualTo(512L << 20);
    }

    @Test
    void oneUpstreamAloneGetsEverything() {
        RelayConf conf = RelayConf.parse("relay.conf", "upstream main http://h:1\n");
        assertThat(conf.routes()).containsOnlyKeys(List.<String>of());
        assertThat(conf.spool()).isEqualTo(RelayConf.SPOOL);
    }

    @Test
    void everyErrorHasItsLineAndColumn() {
        fails(
                """
                upstream Main http://h:1
                upstream a ftp://h:1
                upstream b http://u:p@h:1
                upstream b
                upstream c http://h:1 now
                upstream e http://h:1 /a/file more
                sned * b
                send x,*,y c
                send z d
                send %zz c
                spool 12
                spool 1GB
                """,
                "relay.conf:1:10: 'Main': a name of a-z, 0-9 and - expected",
                "relay.conf:2:12: 'ftp://h:1': a URL such as http://10.0.0.5:8080 expected",
                "relay.conf:3:12: a URL without user and password expected",
                "relay.conf:4:11: something is missing (expected: upstream NAME http://HOST:PORT [TOKEN-FILE])",
                "relay.conf:5:23: 'now': an absolute path expected",
                "relay.conf:6:31: too much (expected: upstream NAME http://HOST:PORT [TOKEN-FILE])",
                "relay.conf:7:1: no setting named 'sned' (upstream, send, spool)",
                "relay.conf:8:8: '*': names, no patterns (or * alone: everything)",
                "relay.conf:9:8: no upstream named 'd' above",
                "relay.conf:10:6: '%zz': a % without its two hex digits",
                "relay.conf:11:7: '12': a size of at least 1MiB expected, such as 512MiB or 1GiB",
                "relay.conf:12:7: a second size");
        fails("", "relay.conf:1:1: no upstream (expected: upstream NAME http://HOST:PORT)");
        fails(
                "upstream a http://h:1\nupstream b http://h:2\n",
                "relay.conf:3:1: several upstreams, and nothing says what they get (expected: send KEY NAME)");
        fails(
                "upstream a http://h:1\nsend x a a\nsend x nowhere a\nsend y a\nsend y a",
                "relay.conf:2:10: 'a' twice",
                "relay.conf:3:8: nowhere stands alone",
                "relay.conf:5:6: this key is in a line above");
    }
}

package io.espalier.httpdns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.httpdns.front.FrontSettings.Subnets;
import io.espalier.httpdns.resolve.Upstream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    private static final List<Upstream> MACHINE = List.of(new Upstream(new InetSocketAddress("192.0.2.53", 53)));
    private static final HttpDnsSettings BASE = HttpDnsSettings.of("127.0.0.1", 8053, MACHINE);

    @TempDir
    private Path folder;

    private static HttpDnsSettings parse(String text) throws ConfigException {
        return ConfigFile.parse("httpdns.yaml", text, BASE);
    }

    @Test
    void anEmptyFileChangesNothing() throws Exception {
        assertThat(parse("")).isEqualTo(BASE);
        assertThat(parse("# only words\n")).isEqualTo(BASE);
    }

    /** The example of the specification, in full. */
    @Test
    void theSpecificationsExampleIsRead() throws Exception {
        var spec = Files.readString(Path.of("../docs/spec/httpdns.md"));
        var from = spec.indexOf("```yaml\n") + 8;
        var settings = parse(spec.substring(from, spec.indexOf("```", from)).replace("/etc/espalier/", folder + "/"));
        assertThat(settings.front().listen())
                .containsExactly(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8053),
                        new InetSocketAddress(InetAddress.ofLiteral("::1"), 8053));
        assertThat(settings.front().listenTls()).hasSize(1);
        assertThat(settings.front().subnets()).isEqualTo(Subnets.PEER);
        assertThat(settings.resolving().resolve().upstreams())
                .extracting(Upstream::name)
                .containsExactly("127.0.0.1:5335", "192.0.2.53:53");
        assertThat(settings.resolving().memory()).isEqualTo(128L << 20);
        assertThat(settings.resolving().redis()).isNotNull();
        assertThat(settings.resolving().redis().cluster()).isTrue();
        assertThat(settings.resolving().privateNames()).containsExactly("corp.example.com");
        assertThat(settings.access().accounts().find("100000")).isPresent();
        assertThat(settings.access().missesPerSecond()).isEqualTo(200);
        assertThat(settings.access().proxies().contains(InetAddress.ofLiteral("10.1.2.3")))
                .isTrue();
        assertThat(settings.zones().zones()).containsExactly("demo.internal");
        assertThat(settings.zones().records()).hasSize(2);
        assertThat(settings.zones().views()).hasSize(1);
        assertThat(settings.warmUp()).hasSize(2);
        assertThat(settings.drain().grace()).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "listn: x # httpdns.yaml:1:1 unknown key 'listn'",
                "loops: many # httpdns.yaml:1:8 'many' is no whole number",
                "loops: 0 # httpdns.yaml:1:8 0 (expected: 1 to 1024)",
                "listen: localhost:53 # httpdns.yaml:1:9 not an address: 'localhost'",
                "listen: 127.0.0.1:x # httpdns.yaml:1:9 '127.0.0.1:x' has no port",
                "memory: lots # httpdns.yaml:1:9 'lots' is no size",
                "redis: { cluster: true } # httpdns.yaml:1:8 nodes is missing",
                "signatures: { required: true } # httpdns.yaml:1:13 signatures are required",
                "tls: { key: x } # httpdns.yaml:1:6 certificates is missing",
                "listen-tls: 127.0.0.1:443 # httpdns.yaml:1:13 listen-tls: needs a certificate",
                "records: [ { name: a.b, data: nonsense } ] # httpdns.yaml:1:31 a.b A: nonsense",
                "drain: { grace: soon } # httpdns.yaml:1:17 'soon' is no duration",
                "client-network: any # httpdns.yaml:1:17 expected: claimed or peer",
                "a: [ # httpdns.yaml:1:"
            })
    void eachMistakeIsToldWhereItStands(String text, String expected) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(expected);
    }

    @Test
    void aFileWithSecretsThatAllMayReadIsRefused() throws Exception {
        var file = Files.writeString(folder.resolve("httpdns.yaml"), "operator-tokens: [ abc ]\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> ConfigFile.read(file, BASE)).hasMessageContaining("chmod o-r");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(ConfigFile.read(file, BASE).access().operatorTokens()).hasSize(1);
        assertThat(ConfigFile.read(file, BASE)).asString().doesNotContain("abc");
    }

    @Test
    void theCommandLineWinsOverTheFile() throws Exception {
        var file = Files.writeString(folder.resolve("httpdns.yaml"), "listen: 127.0.0.2:99\nupstreams: 192.0.2.1\n");
        var settings = HttpDnsApplication.settings(
                Map.of("--config", file.toString(), "--port", "77", "--upstream", "192.0.2.2:5300,::1"), MACHINE);
        assertThat(settings.front().listen()).containsExactly(new InetSocketAddress("127.0.0.2", 77));
        assertThat(settings.resolving().resolve().upstreams())
                .extracting(Upstream::name)
                .containsExactly("192.0.2.2:5300", "[0:0:0:0:0:0:0:1]:53");
    }

    @Test
    void theMachinesResolversAreFound() throws Exception {
        var file = Files.writeString(
                folder.resolve("resolv.conf"), "# by hand\nnameserver 192.0.2.9\nsearch x\nnameserver 2001:db8::9\n");
        assertThat(HttpDnsApplication.machineUpstreams(file))
                .extracting(Upstream::name)
                .containsExactly("192.0.2.9:53", "[2001:db8:0:0:0:0:0:9]:53");
        assertThat(HttpDnsApplication.machineUpstreams(folder.resolve("missing")))
                .extracting(Upstream::name)
                .containsExactly("127.0.0.1:53");
    }
}

package io.espalier.httpdns;

import io.espalier.httpdns.resolve.Upstream;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** A real BIND that owns a zone, and a real unbound that resolves it, both on loopback. */
final class NameServers implements AutoCloseable {
    private static final Path NAMED = Path.of("/usr/sbin/named");
    private static final Path UNBOUND = Path.of("/usr/sbin/unbound");
    static final String ZONE = "diff.example";

    private final List<Process> processes = new ArrayList<>();
    final InetSocketAddress bind;
    final InetSocketAddress unbound;

    /** @param zone the zone's records, in zone file form, names relative to {@link #ZONE} */
    NameServers(Path folder, String zone) throws IOException {
        this.bind = freePort();
        this.unbound = freePort();
        var home = Files.createDirectories(folder.resolve("named"));
        Files.writeString(home.resolve("zone"), """
                $TTL 3600
                @ SOA ns root 1 3600 600 86400 120
                @ NS ns
                ns A 127.0.0.1
                """ + zone);
        Files.writeString(home.resolve("named.conf"), """
                options {
                  directory "%s"; pid-file none; session-keyfile none;
                  listen-on port %d { 127.0.0.1; }; listen-on-v6 { none; };
                  recursion no; dnssec-validation no; minimal-responses no; allow-query { any; };
                };
                controls { };
                zone "%s" { type primary; file "zone"; };
                """.formatted(home, bind.getPort(), ZONE));
        start(
                home,
                NAMED.toString(),
                "-g",
                "-n",
                "1",
                "-c",
                home.resolve("named.conf").toString());
        var work = Files.createDirectories(folder.resolve("unbound"));
        Files.writeString(work.resolve("unbound.conf"), """
                server:
                  interface: 127.0.0.1
                  port: %d
                  do-daemonize: no
                  chroot: ""
                  username: ""
                  directory: "%s"
                  pidfile: ""
                  use-syslog: no
                  logfile: ""
                  num-threads: 1
                  access-control: 127.0.0.0/8 allow
                  do-not-query-localhost: no
                  do-ip6: no
                  module-config: "iterator"
                  rrset-roundrobin: no
                stub-zone:
                  name: "%s"
                  stub-addr: 127.0.0.1@%d
                remote-control:
                  control-enable: no
                """.formatted(unbound.getPort(), work, ZONE, bind.getPort()));
        start(work, UNBOUND.toString(), "-d", "-c", work.resolve("unbound.conf").toString());
        await(bind);
        await(unbound);
    }

    static boolean areInstalled() {
        return Files.isExecutable(NAMED) && Files.isExecutable(UNBOUND);
    }

    /** Free for UDP and TCP alike. */
    static InetSocketAddress freePort() throws IOException {
        for (var i = 0; i < 50; i++) {
            try (var datagrams = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                    var streams = new ServerSocket(datagrams.getLocalPort(), 1, InetAddress.getLoopbackAddress())) {
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), streams.getLocalPort());
            } catch (BindException e) {
                // another
            }
        }
        throw new IllegalStateException("no free port");
    }

    private void start(Path home, String... command) throws IOException {
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile())
                .start());
    }

    private static void await(InetSocketAddress server) {
        Await.until(
                server + " answers",
                Duration.ofSeconds(40),
                () -> ask(server, "ns." + ZONE, Type.A).getRcode() == 0);
    }

    /** What a server says, asked plainly. */
    static Message ask(InetSocketAddress server, String name, int type) throws IOException {
        var resolver = new SimpleResolver(server);
        resolver.setTimeout(Duration.ofSeconds(5));
        return resolver.send(Message.newQuery(Record.newRecord(Name.fromString(name, Name.root), type, DClass.IN)));
    }

    Upstream bindAsUpstream() {
        return new Upstream(bind);
    }

    Upstream unboundAsUpstream() {
        return new Upstream(unbound);
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        processes.forEach(each -> each.onExit().orTimeout(10, TimeUnit.SECONDS).join());
    }
}

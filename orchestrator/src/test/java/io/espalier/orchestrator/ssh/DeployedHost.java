package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.Hosts;
import io.espalier.protocol.HostName;
import io.espalier.testkit.Await;
import io.espalier.testkit.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;

/** A real host with the deploy user and without an agent; what listens on the socket is the test's affair. */
final class DeployedHost {

    /** The bridge in the language that every Debian has. */
    private static final String BRIDGE = """
            #!/usr/bin/perl
            use strict; use Socket; use IO::Select;
            socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
            connect($s, sockaddr_un("/run/espalier/agent.sock")) or do { print STDERR "no agent listens here: $!\\n"; exit 69 };
            my $both = IO::Select->new($s, \\*STDIN);
            while (my @ready = $both->can_read) {
              for my $from (@ready) {
                my $n = sysread($from, my $data, 65536);
                if (!$n) { exit 0 if $from == $s; $both->remove(\\*STDIN); shutdown($s, 1); next }
                my $to = $from == $s ? \\*STDOUT : $s;
                for (my $at = 0; $at < $n;) { $at += syswrite($to, $data, $n - $at, $at) // exit 1 }
              }
            }
            """;

    private DeployedHost() {}

    /** Makes the deploy user as an enrolment does, and lets {@code key} in. */
    static void prepare(TestHost host, String key) {
        host.must("groupadd", "--system", "espalier");
        host.must(
                "useradd",
                "--system",
                "--gid",
                "espalier",
                "--home-dir",
                "/var/lib/espalier-deploy",
                "--create-home",
                "--shell",
                "/bin/sh",
                "espalier");
        host.must("usermod", "-p", "*", "espalier");
        host.must("install", "-d", "-m", "755", "/run/espalier", "/opt/espalier-agent/bin");
        host.must("install", "-d", "-o", "espalier", "-g", "espalier", "-m", "700", "/var/lib/espalier-deploy/.ssh");
        String bridge = SshSettings.DEFAULT.bridge();
        write(host, "/opt/espalier-agent/bin/espalier-agent", BRIDGE, "rwxr-xr-x");
        write(
                host,
                "/var/lib/espalier-deploy/.ssh/authorized_keys",
                "restrict,port-forwarding,command=\"" + bridge + "\" " + key + "\n",
                "rw-r--r--");
    }

    static void write(TestHost host, String path, String content, String mode) {
        try {
            Path file = host.path(path);
            Files.deleteIfExists(file);
            Files.writeString(file, content);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts {@code lines} before all others of sshd_config, and waits until sshd has read them. */
    static void configure(TestHost host, String... lines) {
        try {
            Path config = host.path("/etc/ssh/sshd_config");
            Files.writeString(config, String.join("\n", lines) + "\n" + Files.readString(config));
            host.must("sh", "-c", "kill -HUP $(cat /run/sshd.pid)");
            Await.until("sshd listens again", Duration.ofSeconds(10), () -> {
                String log = Files.readString(host.path("/var/log/sshd.log"));
                return log.indexOf("Server listening", log.lastIndexOf("SIGHUP")) > 0 && log.contains("SIGHUP");
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Host host(TestHost host) {
        return host(host, Optional.empty());
    }

    static Host host(TestHost host, Optional<HostName> jump) {
        return Hosts.at(host.name(), host.address(), 22, "espalier", Optional.empty(), jump);
    }
}

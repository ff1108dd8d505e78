package io.espalier.e2e;

import io.espalier.testkit.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The launcher, {@code bin/espalier}, and what it has built: once, before the first story. */
final class Product {

    private static final Duration BUILD = Duration.ofMinutes(8);
    private static final Path ROOT = root();
    private static final Path LAUNCHER = ROOT.resolve("bin/espalier");

    static {
        Ran built = Ran.of(BUILD, "env", "ESPALIER_NO_AOT=1", LAUNCHER.toString(), "shell", "help");
        if (built.status() != 0) {
            throw new IllegalStateException("the product does not build or start:\n" + built.output());
        }
    }

    private Product() {}

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("bin/espalier"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("no bin/espalier here or above");
            }
        }
        return folder;
    }

    /** A role or a command of what is built, to be started in an environment of its own. */
    static ProcessBuilder command(String... arguments) {
        List<String> all = new ArrayList<>(List.of(LAUNCHER.toString()));
        all.addAll(List.of(arguments));
        var command = new ProcessBuilder(all);
        command.environment().put("ESPALIER_NO_BUILD", "1");
        command.environment().remove("ESPALIER_URL");
        command.environment().remove("ESPALIER_TOKEN");
        return command;
    }

    /** The same for what runs on: nothing is trained beside it, and it starts sooner at the cost of its top speed. */
    static ProcessBuilder role(String... arguments) {
        ProcessBuilder command = command(arguments);
        command.environment().put("ESPALIER_NO_AOT", "1");
        command.environment().put("ESPALIER_SERVER_OPTS", "-XX:TieredStopAtLevel=1");
        return command;
    }

    /** What enrolment installs: the agent with a Java of its own. */
    static Path agentImage() {
        Ran made = Ran.of(
                BUILD,
                "env",
                "ESPALIER_NO_BUILD=1",
                "ESPALIER_NO_AOT=1",
                ROOT.resolve("bin/agent-image").toString());
        if (made.status() != 0) {
            throw new IllegalStateException("no agent image can be made:\n" + made.output());
        }
        return ROOT.resolve("agent/target/espalier-agent-image.tar.gz");
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

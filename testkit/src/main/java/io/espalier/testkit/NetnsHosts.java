package io.espalier.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * Real hosts on this machine: each with its own network, processes, root folder and OpenSSH server. Needs root; made and
 * removed by the script {@code netns-hosts} beside this class, which can be run by hand too and tells how.
 */
public final class NetnsHosts implements AutoCloseable {

    private static final Duration UP = Duration.ofSeconds(60);

    private final Path folder;
    private final Path script;
    private final List<TestHost> hosts;

    private NetnsHosts(Path folder, Path script, List<TestHost> hosts) {
        this.folder = folder;
        this.script = script;
        this.hosts = hosts;
    }

    /** What this machine lacks for it, in words; empty if nothing. */
    public static Optional<String> missing() {
        return missing("check");
    }

    private static Optional<String> missing(String... check) {
        try {
            Path folder = Files.createTempDirectory("netns");
            var command = new ArrayList<>(List.of(unpack(folder).toString()));
            command.addAll(List.of(check));
            Ran checked = Ran.of(Duration.ofSeconds(20), command.toArray(String[]::new));
            Ran.of(Duration.ofSeconds(5), "rm", "-rf", folder.toString());
            return checked.status() == 0 ? Optional.empty() : Optional.of(checked.output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips the running test, saying why, unless such hosts can be made here. */
    public static void assumePossible() {
        Optional<String> missing = missing();
        Assumptions.assumeTrue(missing.isEmpty(), () -> "real hosts need " + missing.orElse(""));
    }

    /** The same, unless systemd can be booted on such hosts. */
    public static void assumeSystemdPossible() {
        Optional<String> missing = missing("check", "--systemd");
        Assumptions.assumeTrue(missing.isEmpty(), () -> "real hosts with systemd need " + missing.orElse(""));
    }

    /**
     * Makes one host {@code h1} whose first process is systemd, which has nothing enabled but sshd.
     *
     * @param rootKey a line for root's {@code authorized_keys}
     */
    public static NetnsHosts startWithSystemd(String rootKey) {
        return start(1, rootKey, List.of("--systemd"));
    }

    /**
     * Makes hosts {@code h1}, {@code h2}, ... Their sshd lets nobody in but root with {@code rootKey}.
     *
     * @param rootKey a line for root's {@code authorized_keys}; empty for none
     * @param sshdOptions lines for sshd_config, before all others
     */
    public static NetnsHosts start(int count, String rootKey, String... sshdOptions) {
        var options = new ArrayList<String>();
        for (String option : sshdOptions) {
            options.addAll(List.of("--sshd-option", option));
        }
        return start(count, rootKey, options);
    }

    private static NetnsHosts start(int count, String rootKey, List<String> options) {
        try {
            Path folder = Files.createTempDirectory("netns");
            Path script = unpack(folder);
            Ran.of(UP, script.toString(), "sweep");
            Path hosts = folder.resolve("hosts");
            var command = new ArrayList<>(List.of(
                    script.toString(),
                    "up",
                    hosts.toString(),
                    Integer.toString(count),
                    "--owner",
                    Long.toString(ProcessHandle.current().pid())));
            if (!rootKey.isEmpty()) {
                Path key = Files.writeString(folder.resolve("root.pub"), rootKey + "\n");
                command.addAll(List.of("--root-key", key.toString()));
            }
            command.addAll(options);
            Ran ran = Ran.of(UP, command.toArray(String[]::new));
            if (ran.status() != 0) {
                Ran.of(UP, script.toString(), "down", hosts.toString());
                throw new IllegalStateException("no hosts: " + ran.output());
            }
            List<TestHost> made = new ArrayList<>();
            for (String line : Files.readAllLines(hosts.resolve("hosts"))) {
                String[] part = line.split(" ", 4);
                made.add(new TestHost(script, hosts, part[0], part[1], Long.parseLong(part[2]), part[3]));
            }
            return new NetnsHosts(folder, script, List.copyOf(made));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path unpack(Path folder) throws IOException {
        Path script = folder.resolve("netns-hosts");
        try (InputStream in = Objects.requireNonNull(NetnsHosts.class.getResourceAsStream("netns-hosts"))) {
            Files.copy(in, script);
        }
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    public List<TestHost> all() {
        return hosts;
    }

    /** @param number from 1 */
    public TestHost get(int number) {
        return hosts.get(number - 1);
    }

    @Override
    public void close() {
        Ran.of(UP, script.toString(), "down", folder.resolve("hosts").toString());
        Ran.of(UP, "rm", "-rf", folder.toString());
    }
}

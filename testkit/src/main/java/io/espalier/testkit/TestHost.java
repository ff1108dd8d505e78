package io.espalier.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One of {@link NetnsHosts}.
 *
 * @param pid of its first process, as this machine counts
 * @param hostKey of its sshd, as {@code ssh-ed25519 AAAA...}
 */
public record TestHost(Path script, Path hosts, String name, String address, long pid, String hostKey) {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Its root folder, seen from here. */
    public Path root() {
        return Path.of("/proc", Long.toString(pid), "root");
    }

    /** A path of the host's, seen from here. */
    public Path path(String absolute) {
        return root().resolve(absolute.substring(1));
    }

    /** Runs a command on the host as root and waits for its end. */
    public Ran run(String... command) {
        var all = new ArrayList<>(List.of(script.toString(), "exec", hosts.toString(), name));
        all.addAll(List.of(command));
        return Ran.of(LIMIT, all.toArray(String[]::new));
    }

    /** The same, for a command that must succeed; gives its output. */
    public String must(String... command) {
        Ran ran = run(command);
        if (ran.status() != 0) {
            throw new AssertionError(
                    name + ": " + String.join(" ", command) + " ended with " + ran.status() + ": " + ran.output());
        }
        return ran.output();
    }

    /** Stops all of its processes where they are: it takes packets, and answers none. */
    public void freeze() {
        script("freeze");
    }

    public void thaw() {
        script("thaw");
    }

    /** Pulls its network cable. */
    public void cut() {
        script("cut");
    }

    public void mend() {
        script("mend");
    }

    private void script(String command) {
        Ran ran = Ran.of(LIMIT, script.toString(), command, hosts.toString(), name);
        if (ran.status() != 0) {
            throw new AssertionError(command + " " + name + ": " + ran.output());
        }
    }
}

package io.espalier.bench;

import io.espalier.orchestrator.release.SigningKey;
import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.testkit.Await;
import io.espalier.testkit.DelayProxy;
import io.espalier.testkit.Ran;
import io.espalier.testkit.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** 1,000 files to one host over a link of 26 ms: push to applied, its round trips, and rsync beside it; as root */
public final class FarHost {

    private static final Duration ONE_WAY = Duration.ofMillis(13);
    private static final Pattern APPLIED = Pattern.compile("applied in (\\d+) ms");
    private static final String ACTIONS = "health:\n  - { exec: \"true\" }\n";

    private final List<Double> changes = new ArrayList<>();
    private final List<Double> applies = new ArrayList<>();
    private final List<Double> roundTrips = new ArrayList<>();
    private final List<Double> handshakes = new ArrayList<>();
    private final List<Double> transfers = new ArrayList<>();

    private FarHost() {}

    /** Arguments: how many files (1000), how many rounds (7). */
    public static void main(String[] args) throws Exception {
        int files = args.length > 0 ? Integer.parseInt(args[0]) : 1000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
        Path folder = Files.createTempDirectory("espalier-bench-");
        try {
            new FarHost().run(folder, files, rounds);
        } finally {
            Ran.of(Duration.ofMinutes(1), "rm", "-rf", folder.toString());
        }
    }

    private void run(Path folder, int files, int rounds) throws Exception {
        Path keys = folder.resolve("data/keys");
        var deployKey = DeployKey.in(keys);
        var signingKey = SigningKey.in(keys);
        Path rootKey = folder.resolve("root_ed25519");
        Ran.of(Duration.ofSeconds(10), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", rootKey.toString());
        try (var hosts = RealHosts.start(1, Path.of(rootKey + ".pub"), deployKey, signingKey.publicKey())) {
            hosts.awaitAgents();
            TestHost host = hosts.all().getFirst();
            try (var far = DelayProxy.to(host.address(), 22, ONE_WAY);
                    var server = ServerProcess.start(folder)) {
                String yaml = "%s: { address: 127.0.0.1, port: %d, tier: web, host-key: \"%s\" }%n"
                        .formatted(host.name(), far.port(), host.hostKey());
                var fleet = BenchFleet.write(folder.resolve("clone"), server.gitUrl(), yaml, files, ACTIONS);
                fleet.commit("The fleet");
                System.out.printf("first rollout: %.2f s%n", Timed.seconds(fleet::push));
                Await.until("the host holds it", Duration.ofMinutes(1), () -> holds(host, files, 0));
                for (int round = 1; round <= rounds; round++) {
                    round(fleet, server, round);
                    if (!holds(host, files, round)) {
                        throw new IllegalStateException(host.name() + " does not hold level " + round);
                    }
                    rsync(folder, host, far.port(), rootKey, files, round);
                }
                report(files);
            }
        }
    }

    private void round(BenchFleet fleet, ServerProcess server, int round) throws Exception {
        fleet.level(round);
        fleet.commit("Level " + round);
        double before = counter(server, "round_trips");
        double shakesBefore = counter(server, "handshakes");
        var said = new StringBuilder();
        changes.add(Timed.seconds(() -> said.append(fleet.push())));
        roundTrips.add(counter(server, "round_trips") - before);
        handshakes.add(counter(server, "handshakes") - shakesBefore);
        Matcher applied = APPLIED.matcher(said);
        if (!applied.find()) {
            throw new IllegalStateException("nothing was applied:\n" + said);
        }
        applies.add(Double.parseDouble(applied.group(1)) / 1000);
    }

    private static boolean holds(TestHost host, int files, int level) {
        try {
            for (int i = 1; i <= files; i++) {
                String text = Files.readString(host.path("/etc/bench/app" + i + ".conf"));
                if (!text.equals(BenchFleet.template(i, host.name(), "" + level))) {
                    return false;
                }
            }
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private void rsync(Path folder, TestHost host, int port, Path key, int files, int level) throws Exception {
        Path source = Files.createDirectories(folder.resolve("rsync"));
        for (int i = 1; i <= files; i++) {
            Files.writeString(source.resolve("app" + i + ".conf"), BenchFleet.template(i, host.name(), "" + level));
        }
        transfers.add(Timed.seconds(() -> {
            Ran ran = Ran.of(
                    Duration.ofMinutes(2),
                    "rsync",
                    "-a",
                    "-e",
                    "ssh -p " + port + " -i " + key + " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -q",
                    source + "/",
                    "root@127.0.0.1:/etc/bench-rsync/");
            if (ran.status() != 0) {
                throw new IllegalStateException("rsync: " + ran.output());
            }
        }));
    }

    private static double counter(ServerProcess server, String name) {
        String metrics = server.get("/actuator/prometheus");
        Matcher value = Pattern.compile("(?m)^espalier_link_" + name + "_total(?:\\{[^}]*})? ([0-9.E+]+)$")
                .matcher(metrics);
        if (!value.find()) {
            throw new IllegalStateException(
                    "no espalier_link_" + name + " in:\n" + metrics.substring(0, Math.min(800, metrics.length())));
        }
        return Double.parseDouble(value.group(1));
    }

    private void report(int files) {
        var apply = new Figures("espalier: apply, first byte to healthy", "s", applies);
        var transfer = new Figures("rsync of the files alone", "s", transfers);
        System.out.printf("%n%d files to one host, %d ms round trip%n", files, 2 * ONE_WAY.toMillis());
        System.out.println(new Figures("espalier: push to confirmed", "s", changes));
        System.out.println(apply);
        System.out.println(new Figures("round trips, plan and watch included", "", roundTrips));
        System.out.println(new Figures("of them new connections, for the confirm", "", handshakes));
        System.out.println(transfer);
        System.out.printf(
                Locale.ROOT, "ratio: an apply takes %.2f of rsync's time%n", apply.median() / transfer.median());
    }
}

package io.espalier.bench;

import io.espalier.orchestrator.release.SigningKey;
import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.testkit.Await;
import io.espalier.testkit.Ran;
import io.espalier.testkit.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** 50 real hosts x 10 templates, from git push to healthy, beside ansible-playbook and rsync (run by bin/bench deploy) */
public final class DeployFleet {

    static final int FILES = 10;

    private static final String ACTIONS = """
            reload: sh -c 'date +%s >> /run/bench-reloaded'
            health:
              - { tcp: "127.0.0.1:22" }
            """;

    private final RealHosts hosts;
    private final BenchFleet fleet;
    private final List<Double> changes = new ArrayList<>();
    private final List<Double> nothings = new ArrayList<>();
    private final List<Double> peerChanges = new ArrayList<>();
    private final List<Double> peerNothings = new ArrayList<>();
    private final List<Double> transfers = new ArrayList<>();
    private int level;

    private DeployFleet(RealHosts hosts, BenchFleet fleet) {
        this.hosts = hosts;
        this.fleet = fleet;
    }

    public static void main(String[] args) throws Exception {
        int count = option(args, "--hosts", 50);
        int rounds = option(args, "--rounds", 5);
        int peerRounds = List.of(args).contains("--no-peer") ? 0 : option(args, "--peer-rounds", 1);
        Path folder = Files.createTempDirectory("espalier-bench-");
        try {
            run(folder, count, rounds, peerRounds);
        } catch (Exception e) {
            List<String> log = Files.readAllLines(folder.resolve("server.log"));
            log.subList(Math.max(0, log.size() - 60), log.size()).forEach(System.err::println);
            throw e;
        } finally {
            Ran.of(Duration.ofMinutes(1), "rm", "-rf", folder.toString());
        }
    }

    private static void run(Path folder, int count, int rounds, int peerRounds) throws Exception {
        Path keys = folder.resolve("data/keys");
        var deployKey = DeployKey.in(keys);
        var signingKey = SigningKey.in(keys);
        Path rootKey = folder.resolve("root_ed25519");
        Ran.of(Duration.ofSeconds(10), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", rootKey.toString());
        System.out.printf("making %d hosts%n", count);
        try (var hosts = RealHosts.start(count, Path.of(rootKey + ".pub"), deployKey, signingKey.publicKey())) {
            hosts.awaitAgents();
            try (var server = ServerProcess.start(folder)) {
                var fleet =
                        BenchFleet.write(folder.resolve("clone"), server.gitUrl(), hosts.hostsYaml(), FILES, ACTIONS);
                fleet.commit("The fleet");
                long started = System.nanoTime();
                String said = fleet.push();
                System.out.printf("first rollout: %.2f s%n%s%n", (System.nanoTime() - started) / 1e9, said);
                var bench = new DeployFleet(hosts, fleet);
                Await.until("every host holds the first release", Duration.ofMinutes(1), bench::allHold);
                bench.rounds(rounds);
                if (peerRounds > 0) {
                    bench.peers(new Peers(folder.resolve("peer"), rootKey, hosts.all()), peerRounds);
                }
                bench.report(count);
                System.out.printf("orchestrator resident memory %34d KiB%n", server.residentMemory());
                System.out.printf(
                        "agent resident memory, host h1 %34d KiB%n",
                        agentMemory(hosts.all().getFirst()));
            }
        }
    }

    private void rounds(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            fleet.level(++level);
            fleet.commit("Level " + level);
            changes.add(Timed.seconds(fleet::push));
            checkAll();
            fleet.readme(level);
            fleet.commit("Nothing for hosts " + level);
            nothings.add(Timed.seconds(fleet::push));
        }
    }

    private void peers(Peers peers, int rounds) throws Exception {
        System.out.println("the peer makes its files (not counted)");
        peers.ansible(0);
        for (int round = 1; round <= rounds; round++) {
            int to = round;
            peerChanges.add(Timed.seconds(() -> peers.ansible(to)));
            peerNothings.add(Timed.seconds(() -> peers.ansible(to)));
            transfers.add(Timed.seconds(() -> peers.rsync(to)));
            fleet.level(++level); // between the peer's rounds, so that the machine is the same for both
            fleet.commit("Level " + level);
            changes.add(Timed.seconds(fleet::push));
            checkAll();
        }
    }

    /** Every file of every host, seen from outside. */
    private void checkAll() {
        if (!allHold()) {
            throw new IllegalStateException("not every host holds level " + level);
        }
    }

    private boolean allHold() {
        return hosts.all().stream().allMatch(this::holds);
    }

    private boolean holds(TestHost host) {
        for (int i = 1; i <= FILES; i++) {
            Path file = host.path("/etc/bench/app" + i + ".conf");
            try {
                if (!Files.readString(file).equals(BenchFleet.template(i, host.name(), "" + level))) {
                    return false;
                }
            } catch (NoSuchFileException notYet) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return true;
    }

    private void report(int count) {
        System.out.printf("%n%d hosts x %d templates%n", count, FILES);
        var change = figures("espalier: push to healthy on all, a change", changes);
        var nothing = figures("espalier: push that changes nothing", nothings);
        System.out.println(change);
        System.out.println(nothing);
        if (!peerChanges.isEmpty()) {
            var peerChange = figures("ansible-playbook: a change", peerChanges);
            var peerNothing = figures("ansible-playbook: nothing", peerNothings);
            System.out.println(peerChange);
            System.out.println(peerNothing);
            System.out.println(figures("rsync of the files alone", transfers));
            System.out.printf(
                    Locale.ROOT,
                    "ratio: a change %.0f times faster, nothing %.0f times faster%n",
                    peerChange.median() / change.median(),
                    peerNothing.median() / nothing.median());
        }
    }

    private static Figures figures(String name, List<Double> values) {
        return new Figures(name, "s", values);
    }

    private static long agentMemory(TestHost host) throws IOException {
        long pid = Long.parseLong(
                host.must("pgrep", "-o", "-f", "AgentApplication").strip());
        String status = Files.readString(host.path("/proc/" + pid + "/status"));
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static int option(String[] args, String name, int otherwise) {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals(name)) {
                return Integer.parseInt(args[i + 1]);
            }
        }
        return otherwise;
    }
}

package io.espalier.orchestrator.rollout;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.espalier.orchestrator.host.LeadLinks;
import io.espalier.orchestrator.store.Lease;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import io.espalier.testkit.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** The rollout part of one orchestrator of several, as a process of its own. */
final class LeaderProcess {

    static final String LEADS = "leads";
    static final int LOST = 75;

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final RolloutLimits LIMITS =
            new RolloutLimits(16, LONG, LONG, Duration.ofSeconds(5), Duration.ofMillis(20), 4, Duration.ofSeconds(5));

    private LeaderProcess() {}

    /** The fleet of all these processes; web1 gets healthy once its file {@code hold} is gone. */
    static ModelFleet fleet() {
        var fleet = new ModelFleet(InstantSource.system()).with("web", 2).with("db", 1);
        fleet.health = Optional.of(new HealthCheck.Exec(
                new Command(List.of("/bin/sh", "-c", "while [ -e \"$0\" ]; do sleep 0.1; done", "{root}/hold"), LONG),
                Optional.empty(),
                LONG));
        return fleet;
    }

    /** Arguments: the database's URL, the folder of the agents, its name. */
    public static void main(String[] args) throws InterruptedException {
        var config = new HikariConfig();
        config.setJdbcUrl(args[0]);
        config.setUsername(PostgresServer.USER);
        config.setPassword(PostgresServer.PASSWORD);
        config.setMaximumPoolSize(4);
        var database = new HikariDataSource(config);
        InstantSource clock = InstantSource.system();
        ModelFleet fleet = fleet();
        var target = fleet.commit("b2", "two");
        var own = new AtomicReference<House>();
        var lease = new Lease(database, args[2], LEASE, clock, () -> end(own.get()));
        var links = new LeadLinks(AgentFleet.connect(Path.of(args[1])), lease);
        var house = new House(database, fleet, links, clock, LIMITS, lease);
        own.set(house);
        lease.whenHeld(() -> {
            System.out.println(LEADS);
            house.rollouts.resume();
            if (house.rollouts.newestDeploy("shop").isEmpty()) {
                house.start(target);
            }
        });
        lease.start();
        new CountDownLatch(1).await();
    }

    /** Not at once, as the product does, but after it tried to finish its work: the worst that can be. */
    private static void end(House house) {
        house.close();
        Runtime.getRuntime().halt(LOST);
    }
}

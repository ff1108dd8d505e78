package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.plan.Plans;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.store.Database;
import io.espalier.orchestrator.store.Lead;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.SignedManifest;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** One life of an orchestrator's rollout part over a database that outlives it. */
final class House implements AutoCloseable {

    static final RolloutLimits LIMITS = new RolloutLimits(
            16,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofMillis(1),
            4,
            Duration.ofMillis(200));

    static final KeyPair KEY = key();

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    final DataSource database;
    final Plans plans;
    final Rollouts rollouts;
    final Set<HostName> unhealthy = new HashSet<>();
    Runnable beforeStored = () -> {};

    House(DataSource database, ModelFleet fleet, Links links, InstantSource clock, RolloutLimits limits) {
        this(database, fleet, links, clock, limits, Lead.ALONE);
    }

    House(DataSource database, ModelFleet fleet, Links links, InstantSource clock, RolloutLimits limits, Lead lead) {
        this.database = database;
        this.plans = new Plans(links, fleet::release, new Plans.Limits(16, Duration.ofSeconds(5)));
        var means = new Means(
                links,
                plans,
                fleet::release,
                fleet::blob,
                () -> beforeStored.run(),
                manifest -> SignedManifest.sign(manifest, KEY.getPrivate()),
                fleet::auid,
                () -> unhealthy,
                StepWatcher.NONE);
        this.rollouts = new Rollouts(database, means, clock, limits, lead);
    }

    static House over(DataSource database, ModelFleet fleet) {
        return new House(database, fleet, fleet, InstantSource.system(), LIMITS);
    }

    static DataSource memory() {
        var database = new JdbcDataSource();
        database.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Database.migrate(database);
        return database;
    }

    /** The property to give another process this one's key in. */
    static final String KEY_PROPERTY = "espalier.test.key";

    static String keyProperty() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "-D" + KEY_PROPERTY + "="
                + base64.encodeToString(KEY.getPrivate().getEncoded()) + ":"
                + base64.encodeToString(KEY.getPublic().getEncoded());
    }

    private static KeyPair key() {
        String given = System.getProperty(KEY_PROPERTY);
        try {
            if (given != null) {
                String[] halves = given.split(":", 2);
                var factory = KeyFactory.getInstance("Ed25519");
                return new KeyPair(
                        factory.generatePublic(
                                new X509EncodedKeySpec(Base64.getDecoder().decode(halves[1]))),
                        factory.generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(halves[0]))));
            }
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    Plan plan(ReleaseSet target) {
        try {
            return plans.plan(target);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    RolloutId start(ReleaseSet target) {
        return rollouts.start(plan(target), "ada", StartOptions.AUTOMATIC);
    }

    Rollout await(RolloutId id, Predicate<RolloutState> wanted) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        Rollout rollout = rollouts.find(id);
        while (!wanted.test(rollout.state())) {
            if (System.nanoTime() > end) {
                throw new AssertionError("rollout " + id + " is " + rollout.state() + " with " + rollouts.steps(id));
            }
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(200_000);
            rollout = rollouts.find(id);
        }
        return rollout;
    }

    Rollout awaitEnd(RolloutId id) {
        return await(id, RolloutState::isOver);
    }

    Rollout deploy(ReleaseSet target) {
        return awaitEnd(start(target));
    }

    StepState step(RolloutId id, String host) {
        return rollouts.steps(id).stream()
                .filter(step -> step.name().value().equals(host))
                .findFirst()
                .orElseThrow()
                .state();
    }

    @Override
    public void close() {
        rollouts.close();
    }
}

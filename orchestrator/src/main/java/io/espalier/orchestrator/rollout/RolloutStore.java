package io.espalier.orchestrator.rollout;

import static io.espalier.orchestrator.rollout.Columns.at;
import static io.espalier.orchestrator.rollout.Columns.bounded;

import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.orchestrator.store.Lead;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.Manifest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Rollouts and their host steps in the database. A change of a rollout's state is compare-and-set on its version, so that
 * neither a second orchestrator nor a command that comes at the same time takes a step twice.
 */
final class RolloutStore {

    private static final int MAX_NAME = 300;

    private final JdbcClient jdbc;
    private final Lead lead;
    private final StepRows rows;
    private final Numbers numbers;
    private final TransactionTemplate transactions;

    RolloutStore(DataSource database, Lead lead) {
        this.lead = lead;
        var template = new JdbcTemplate(database);
        this.jdbc = JdbcClient.create(template);
        this.rows = new StepRows(template);
        this.numbers = new Numbers(template);
        this.transactions = new TransactionTemplate(new JdbcTransactionManager(database));
    }

    /** All of it or nothing. Transactions of several stores on one thread are one. */
    <T> T together(Supplier<T> work) {
        return lead.fenced(() -> {
            T result = transactions.execute(_ -> work.get());
            if (result == null) {
                throw new IllegalStateException("a transaction gave nothing");
            }
            return result;
        });
    }

    void together(Runnable work) {
        lead.fenced(() -> transactions.executeWithoutResult(_ -> work.run()));
    }

    /** Stores a new rollout with its steps; {@code draft}'s id and version count for nothing. */
    Rollout create(Rollout draft, List<HostStep> steps) {
        return together(() -> {
            var key = new GeneratedKeyHolder();
            RolloutPolicy policy = draft.policy();
            StateColumns state = StateColumns.of(draft.state());
            jdbc.sql("""
                            insert into rollout (fleet, kind, target, plan, units, revision, author, subject, started_by, strict,
                              tier_order, canary, parallel, max_failures, soak_ms, confirm_ms,
                              state, wave, waves, until, other, reason, detail, version, created_at, ended_at)
                            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                    .params(java.util.Arrays.asList(
                            draft.fleet(),
                            draft.kind().name(),
                            draft.target().hex(),
                            draft.plan().hex(),
                            Columns.list(draft.units()),
                            draft.revision(),
                            bounded(draft.author(), MAX_NAME),
                            bounded(draft.subject(), MAX_NAME),
                            bounded(draft.startedBy(), MAX_NAME),
                            draft.strict(),
                            Columns.list(policy.order()),
                            Columns.share(policy.canary()),
                            Columns.share(policy.parallel()),
                            policy.maxFailures(),
                            policy.soak().toMillis(),
                            policy.confirmWithin().toMillis(),
                            draft.state().word(),
                            state.wave(),
                            wavesOf(steps),
                            at(state.until()),
                            state.other(),
                            state.reason(),
                            state.detail(),
                            1,
                            at(draft.createdAt()),
                            at(draft.endedAt())))
                    .update(key, "id");
            Number id = key.getKey();
            if (id == null) {
                throw new IllegalStateException("the database gave no id to a rollout");
            }
            var rolloutId = new RolloutId(id.longValue());
            rows.insert(rolloutId, steps);
            return find(rolloutId).orElseThrow();
        });
    }

    /** Plans a rollout that has not begun anew; false if it is no longer at {@code version}. */
    boolean replan(Rollout rollout, RolloutState state, List<HostStep> steps, Instant now) {
        return together(() -> {
            if (!advance(rollout, state, now)) {
                return false;
            }
            jdbc.sql("update rollout set waves = ? where id = ?")
                    .params(wavesOf(steps), rollout.id().value())
                    .update();
            rows.delete(rollout.id());
            rows.insert(rollout.id(), steps);
            return true;
        });
    }

    private static int wavesOf(List<HostStep> steps) {
        return steps.stream().mapToInt(HostStep::wave).max().orElse(0);
    }

    Optional<Rollout> find(RolloutId id) {
        return jdbc.sql("select * from rollout where id = ?")
                .param(id.value())
                .query(RolloutStore::read)
                .optional();
    }

    List<HostStep> steps(RolloutId id) {
        return rows.of(id);
    }

    /** The rollout of {@code fleet} that is not over, if there is one. */
    Optional<Rollout> active(String fleet) {
        return jdbc.sql("select * from rollout where fleet = ? and state in"
                        + " ('planned', 'approval', 'running', 'soaking', 'paused') order by id desc limit 1")
                .param(fleet)
                .query(RolloutStore::read)
                .optional();
    }

    Optional<Rollout> newest(String fleet) {
        return jdbc.sql("select * from rollout where fleet = ? order by id desc limit 1")
                .param(fleet)
                .query(RolloutStore::read)
                .optional();
    }

    /** The newest rollout of {@code fleet} that brought a revision as a whole. */
    Optional<Rollout> newestDeploy(String fleet) {
        return jdbc.sql("select * from rollout where fleet = ? and kind = 'DEPLOY' and units = ''"
                        + " order by id desc limit 1")
                .param(fleet)
                .query(RolloutStore::read)
                .optional();
    }

    /** The newest rollout of {@code fleet} that brought {@code revision}, a full id or the beginning of one. */
    Optional<Rollout> newestOf(String fleet, String revision) {
        return jdbc.sql("select * from rollout where fleet = ? and kind = 'DEPLOY' and units = ''"
                        + " and substring(revision, 1, ?) = ?"
                        + " order by id desc limit 1")
                .params(fleet, revision.length(), revision)
                .query(RolloutStore::read)
                .optional();
    }

    /** The newest rollout of {@code fleet} that changed a host and was not undone. */
    Optional<Rollout> newestToUndo(String fleet) {
        return jdbc.sql("select * from rollout r where r.fleet = ? and r.kind = 'DEPLOY' and r.state <> 'rolled-back'"
                        + " and exists (select 1 from rollout_host h where h.rollout_id = r.id and h.number > 0)"
                        + " order by r.id desc limit 1")
                .param(fleet)
                .query(RolloutStore::read)
                .optional();
    }

    /** All rollouts that a restarted orchestrator must look after, oldest first. */
    List<Rollout> unfinished() {
        return jdbc.sql("select * from rollout r where r.state in"
                        + " ('planned', 'approval', 'running', 'soaking', 'paused')"
                        + " or exists (select 1 from rollout_host h where h.rollout_id = r.id and h.state = 'applying')"
                        + " order by r.id")
                .query(RolloutStore::read)
                .list();
    }

    /** The newest {@code limit} rollouts below {@code before}, newest first. */
    List<Rollout> before(long before, int limit) {
        return jdbc.sql("select * from rollout where id < ? order by id desc limit ?")
                .params(before, limit)
                .query(RolloutStore::read)
                .list();
    }

    /** False when somebody else moved the rollout first; the caller reads again and decides again. */
    boolean advance(Rollout rollout, RolloutState to, Instant now) {
        return lead.fenced(() -> write(rollout, to, now));
    }

    private boolean write(Rollout rollout, RolloutState to, Instant now) {
        StateColumns state = StateColumns.of(to);
        return jdbc.sql("""
                        update rollout set state = ?, wave = ?, until = ?, other = ?, reason = ?, detail = ?,
                          ended_at = ?, version = version + 1
                        where id = ? and version = ?""")
                        .params(java.util.Arrays.asList(
                                to.word(),
                                state.wave(),
                                at(state.until()),
                                state.other(),
                                state.reason(),
                                state.detail(),
                                to.isOver() ? at(rollout.endedAt().orElse(now)) : null,
                                rollout.id().value(),
                                rollout.version()))
                        .update()
                == 1;
    }

    /**
     * Stores that {@code hosts} are being sent to, each with the next number of its agent, and that the rollout runs
     * {@code wave}. Nothing is sent before this.
     *
     * @return the steps as stored; empty if the rollout is no longer at its version
     */
    Optional<List<HostStep>> begin(Rollout rollout, int wave, Map<HostStep, Auid> hosts, Instant now) {
        return together(() -> {
            if (!advance(rollout, new RolloutState.Running(wave), now)) {
                return Optional.empty();
            }
            Map<Auid, Long> next = numbers.next(hosts.values());
            var begun = new ArrayList<HostStep>();
            hosts.forEach((step, auid) -> begun.add(step.numbered(next.getOrDefault(auid, 0L), now)));
            rows.update(rollout.id(), begun);
            return Optional.of(begun);
        });
    }

    /**
     * Stores that one host is being sent to again, under a new number.
     *
     * @param above a number that the agent is known to have seen
     */
    HostStep renumber(RolloutId id, HostStep step, Auid auid, long above, Instant now) {
        return together(() -> {
            HostStep again = step.numbered(numbers.next(auid, above), now);
            rows.update(id, List.of(again));
            return again;
        });
    }

    /** Stores how steps ended. Part of the caller's transaction, if there is one. */
    void update(RolloutId id, Collection<HostStep> steps) {
        lead.fenced(() -> rows.update(id, steps));
    }

    Optional<HostStep> latestStep(HostName host) {
        return rows.recent(host, 1).stream().findFirst();
    }

    List<HostStep> recentSteps(HostName host, int limit) {
        return rows.recent(host, limit);
    }

    /** Counted by the database: a fleet's worth of hosts need not be read for a line in a list. */
    Progress progress(RolloutId id) {
        return jdbc
                .sql("select state, count(*) as hosts, max(case when number > 0 then wave else 0 end) as reached"
                        + " from rollout_host where rollout_id = ? and wave > 0 group by state")
                .param(id.value())
                .query((row, _) -> {
                    String state = row.getString("state");
                    int hosts = row.getInt("hosts");
                    return new Progress(
                            hosts,
                            state.equals("applied") ? hosts : 0,
                            state.equals("failed") ? hosts : 0,
                            state.equals("waiting") ? hosts : 0,
                            row.getInt("reached"));
                })
                .list()
                .stream()
                .reduce(Progress.NONE, Progress::plus);
    }

    Optional<RolloutId> latestRollout(HostName host) {
        return jdbc.sql("select max(rollout_id) from rollout_host where host = ? having max(rollout_id) is not null")
                .param(host.value())
                .query((row, _) -> new RolloutId(row.getLong(1)))
                .optional();
    }

    private static Rollout read(ResultSet row, int number) throws SQLException {
        return new Rollout(
                new RolloutId(row.getLong("id")),
                row.getString("fleet"),
                Manifest.Kind.valueOf(row.getString("kind")),
                new Digest(row.getString("target")),
                new Digest(row.getString("plan")),
                Columns.list(row.getString("units")),
                row.getString("revision"),
                row.getString("author"),
                row.getString("subject"),
                row.getString("started_by"),
                row.getBoolean("strict"),
                new RolloutPolicy(
                        Columns.list(row.getString("tier_order")),
                        Columns.share(row.getString("canary")),
                        Columns.share(row.getString("parallel")),
                        row.getInt("max_failures"),
                        Duration.ofMillis(row.getLong("soak_ms")),
                        Set.of(),
                        Duration.ofMillis(row.getLong("confirm_ms"))),
                row.getInt("waves"),
                StateColumns.read(row),
                row.getInt("version"),
                Columns.instant(row, "created_at").orElseThrow(),
                Columns.instant(row, "ended_at"));
    }
}

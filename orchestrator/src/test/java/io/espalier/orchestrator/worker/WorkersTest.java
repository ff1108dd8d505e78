package io.espalier.orchestrator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.orchestrator.host.Databases;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Registries;
import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WorkersTest {

    private static final Workers.Staleness STALENESS =
            new Workers.Staleness(Duration.ofMinutes(5), Duration.ofHours(26));

    private final MutableClock clock = MutableClock.fixed();
    private final DataSource database = Databases.fresh();
    private final HostRegistry hosts = Registries.fresh(clock);
    private final MetricTree tree = new MetricTree(TreeSettings.ofMachine(), clock);
    private final Workers workers = opened();

    private Workers opened() {
        return new Workers(new WorkerRows(database), hosts, tree::merge, clock, STALENESS);
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private void report(String auid, ReportKind kind, String body) {
        workers.report(auid, kind, json(body), clock.instant());
    }

    private String get(String key) {
        return Answers.list(new Queries(tree, Budget.USUAL).run(Query.parse(key)));
    }

    @Test
    void reportsOfTheSeedAreKeptAsTheyCame() {
        report(
                "1001001",
                ReportKind.STATUS,
                "{'auid':'1001001','tags':'mobile_pro','ipaddr':'10.10.10.10','hostname':'webserver'}");
        report("1001001", ReportKind.SYSINFO, "{'auid':'1001001','disk':{'used':'50','free':'50'},'own':{'x':[1]}}");

        WorkerView worker = workers.find("1001001").orElseThrow();

        assertThat(worker.hostname()).isEqualTo("webserver");
        assertThat(worker.address()).isEqualTo("10.10.10.10");
        assertThat(worker.tags()).containsExactly("mobile_pro");
        assertThat(worker.isAlive()).isTrue();
        assertThat(worker.reports().get(ReportKind.SYSINFO).report().body())
                .isEqualTo(json("{'auid':'1001001','disk':{'used':'50','free':'50'},'own':{'x':[1]}}"));
    }

    @Test
    void numbersAndStatesAreInTheTreeBelowTheWorker() {
        report(
                "a1",
                ReportKind.SYSINFO,
                "{'auid':'a1','disk':{'used':'50','free':40.5},'fs':[{'mount':'/','free':7}]}");
        report("a1", ReportKind.SERVICE, "{'service':{'nginx':'ok','redis':{'state':'failed','pid':12}}}");
        report("a1", ReportKind.BACKUP, "{'mysql':{'local':'ok','push':'failed'}}");

        assertThat(get("worker,a1,sysinfo,disk,used")).isEqualTo("[{\"worker,a1,sysinfo,disk,used\":50}]");
        assertThat(get("worker,a1,sysinfo,disk,free")).contains("40.5");
        assertThat(get("worker,a1,sysinfo,fs,/,free")).contains("7").doesNotContain("mount");
        assertThat(get("worker,a1,service,nginx")).isEqualTo("[{\"worker,a1,service,nginx\":1}]");
        assertThat(get("worker,a1,service,redis"))
                .contains("{\"worker,a1,service,redis\":0}")
                .contains("{\"worker,a1,service,redis,pid\":12}");
        assertThat(get("worker,a1,backup,mysql,*")).contains("local\":1").contains("push\":0");
    }

    @Test
    void tagsHoldTheMeanOverTheirWorkersAndHowManyAreAlive() {
        report("a1", ReportKind.STATUS, "{'tags':['web','eu']}");
        report("a2", ReportKind.STATUS, "{'tags':'web'}");
        report("a1", ReportKind.SYSINFO, "{'cpu':{'sys':10}}");
        report("a2", ReportKind.SYSINFO, "{'cpu':{'sys':30}}");
        assertThat(get("tags,web,sysinfo,cpu,sys")).isEqualTo("[{\"tags,web,sysinfo,cpu,sys\":20}]");
        assertThat(get("tags,eu,sysinfo,cpu,sys")).isEqualTo("[{\"tags,eu,sysinfo,cpu,sys\":10}]");
        assertThat(get("tags,*,alive")).contains("\"tags,web,alive\":2").contains("\"tags,eu,alive\":1");

        clock.advance(Duration.ofSeconds(10));
        report("a2", ReportKind.SYSINFO, "{'cpu':{'sys':50}}");
        report("a1", ReportKind.STATUS, "{'tags':['eu']}");

        assertThat(get("tags,web,sysinfo,cpu,sys")).isEqualTo("[{\"tags,web,sysinfo,cpu,sys\":50}]");
        assertThat(get("tags,*,alive")).contains("\"tags,web,alive\":1").contains("\"tags,eu,alive\":1");
    }

    @Test
    void missingReportTurnsStaleByItself() {
        report("a1", ReportKind.STATUS, "{'tags':'web'}");
        report("a2", ReportKind.STATUS, "{'tags':'web'}");
        report("a1", ReportKind.SYSINFO, "{'cpu':{'sys':10}}");
        report("a2", ReportKind.SYSINFO, "{'cpu':{'sys':30}}");
        clock.advance(Duration.ofMinutes(4));
        report("a2", ReportKind.SYSINFO, "{'cpu':{'sys':40}}");
        clock.advance(Duration.ofMinutes(2));

        workers.look();

        assertThat(workers.all())
                .extracting(WorkerView::auid, WorkerView::isAlive)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a1", false),
                        org.assertj.core.groups.Tuple.tuple("a2", true));
        assertThat(workers.find("a1")
                        .orElseThrow()
                        .reports()
                        .get(ReportKind.SYSINFO)
                        .isStale())
                .isTrue();
        assertThat(get("worker,*,alive")).contains("\"worker,a1,alive\":0").contains("\"worker,a2,alive\":1");
        assertThat(get("tags,web,alive")).isEqualTo("[{\"tags,web,alive\":1}]");
        assertThat(get("tags,web,sysinfo,cpu,sys")).isEqualTo("[{\"tags,web,sysinfo,cpu,sys\":40}]");

        report("a1", ReportKind.SYSINFO, "{'cpu':{'sys':20}}");

        assertThat(get("tags,web,alive")).isEqualTo("[{\"tags,web,alive\":2}]");
        assertThat(get("tags,web,sysinfo,cpu,sys")).isEqualTo("[{\"tags,web,sysinfo,cpu,sys\":30}]");
    }

    @Test
    void backupReportsHaveTheirOwnPatience() {
        report("a1", ReportKind.BACKUP, "{'mysql':{'local':'ok'}}");
        clock.advance(Duration.ofHours(25));
        assertThat(workers.find("a1").orElseThrow().isAlive()).isTrue();

        clock.advance(Duration.ofHours(2));

        assertThat(workers.find("a1").orElseThrow().isAlive()).isFalse();
    }

    @Test
    void changeOfAStateLeavesAMarker() {
        report("a1", ReportKind.SERVICE, "{'service':{'nginx':'ok'}}");
        report("a1", ReportKind.SERVICE, "{'service':{'nginx':'ok'}}");
        clock.advance(Duration.ofSeconds(10));
        report("a1", ReportKind.SERVICE, "{'service':{'nginx':'failed'}}");

        var snapshot = io.espalier.metrics.query.Children.markersAbove(tree, Query.parse("worker,a1,service,nginx"));
        assertThat(snapshot).extracting(marker -> marker.text()).containsExactly("ok -> failed");
    }

    @Test
    void wrongTypesAreRefusedWithTheirPathAndChangeNothing() {
        report("a1", ReportKind.SERVICE, "{'service':{'nginx':'ok'}}");

        refused(ReportKind.STATUS, "{'tags':7}", "tags: 7");
        refused(ReportKind.STATUS, "{'tags':['a',7]}", "tags[1]: 7");
        refused(ReportKind.STATUS, "{'hostname':{}}", "hostname: {}");
        refused(ReportKind.STATUS, "{'auid':'another'}", "auid: \"another\" (expected: \"a1\")");
        refused(ReportKind.SERVICE, "{'service':{'nginx':1}}", "service.nginx: 1");
        refused(ReportKind.SERVICE, "{'servie':{'nginx':'ok'}}", "service: missing");
        refused(ReportKind.SYSINFO, "{'disk':{'used':'half'}}", "disk.used: \"half\" (expected: a number)");
        refused(ReportKind.SYSINFO, "{'disk':50}", "disk: 50");
        refused(ReportKind.BACKUP, "{'redis':{'local':1}}", "redis.local: 1");
        refused(ReportKind.DRIFT, "{'drifted':'many'}", "drifted: \"many\"");
        refused(ReportKind.SYSINFO, "[1]", "[1] (expected: an object)");
        assertThatThrownBy(() -> report("Not/An/Id", ReportKind.STATUS, "{}")).isInstanceOf(WorkerException.class);
        assertThat(get("worker,a1,service,nginx")).contains(":1}");
    }

    private void refused(ReportKind kind, String body, String message) {
        assertThatThrownBy(() -> report("a1", kind, body))
                .isInstanceOfSatisfying(
                        WorkerException.class, e -> assertThat(e.reason()).isEqualTo(WorkerException.Reason.MALFORMED))
                .hasMessageStartingWith(message);
    }

    @Test
    void tooMuchIsRefused() {
        String deep = "{'x':".repeat(40) + "1" + "}".repeat(40);
        String wide = "{'x':[" + "1,".repeat(6_000) + "1]}";
        String longText = "{'x':'" + "y".repeat(30_000) + "'}";

        for (String body : List.of(deep, wide, longText)) {
            assertThatThrownBy(() -> report("a1", ReportKind.SYSINFO, body))
                    .isInstanceOfSatisfying(
                            WorkerException.class,
                            e -> assertThat(e.reason()).isEqualTo(WorkerException.Reason.TOO_LARGE));
        }
        assertThat(workers.find("a1")).isEmpty();
    }

    @Test
    void lateReportChangesNothing() {
        report("a1", ReportKind.SYSINFO, "{'cpu':{'sys':10}}");
        workers.report(
                "a1",
                ReportKind.SYSINFO,
                json("{'cpu':{'sys':99}}"),
                clock.instant().minusSeconds(60));

        assertThat(get("worker,a1,sysinfo,cpu,sys")).contains(":10}");
    }

    @Test
    void reportsOutliveARestart() {
        report("a1", ReportKind.STATUS, "{'tags':'web','hostname':'one'}");
        report("a1", ReportKind.SYSINFO, "{'cpu':{'sys':10}}");
        report("a1", ReportKind.SYSINFO, "{'cpu':{'sys':11}}");
        workers.close();

        try (Workers again = opened()) {
            WorkerView worker = again.find("a1").orElseThrow();
            assertThat(worker.hostname()).isEqualTo("one");
            assertThat(worker.reports().get(ReportKind.SYSINFO).report().body().toString())
                    .contains("11");
            assertThat(worker.reports().get(ReportKind.SYSINFO).report().at()).isEqualTo(clock.instant());
        }
    }
}

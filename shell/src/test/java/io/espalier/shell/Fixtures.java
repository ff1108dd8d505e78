package io.espalier.shell;

import io.espalier.protocol.api.AuditView;
import io.espalier.protocol.api.CreatedToken;
import io.espalier.protocol.api.DnsLookup;
import io.espalier.protocol.api.DnsName;
import io.espalier.protocol.api.DnsPurged;
import io.espalier.protocol.api.DnsStats;
import io.espalier.protocol.api.DriftView;
import io.espalier.protocol.api.EnrolProbe;
import io.espalier.protocol.api.EnrolmentView;
import io.espalier.protocol.api.EventView;
import io.espalier.protocol.api.ExplainView;
import io.espalier.protocol.api.FleetStatus;
import io.espalier.protocol.api.HostDetail;
import io.espalier.protocol.api.HostPage;
import io.espalier.protocol.api.HostView;
import io.espalier.protocol.api.JobRunView;
import io.espalier.protocol.api.JobView;
import io.espalier.protocol.api.PathChangeView;
import io.espalier.protocol.api.PlanView;
import io.espalier.protocol.api.ProblemView;
import io.espalier.protocol.api.RenderedFileView;
import io.espalier.protocol.api.RolloutDetail;
import io.espalier.protocol.api.RolloutView;
import io.espalier.protocol.api.SourceView;
import io.espalier.protocol.api.StartedJob;
import io.espalier.protocol.api.UserView;
import io.espalier.shell.AnsweringOrchestrator.Reply;
import io.espalier.shell.AnsweringOrchestrator.Request;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A fleet of five hosts in many states, seen a little before {@link #NOW}. */
final class Fixtures {
    static final Instant NOW = Instant.parse("2026-05-04T12:00:00Z");
    static final String REVISION = "3f2a91c0d4e5b6a7988776655443322110ffeedd";
    static final String FINGERPRINT = "SHA256:Y2xhc3NpYyBmaW5nZXJwcmludCBvZiBhIGhvc3Qga2V5";

    private Fixtures() {}

    static AnsweringOrchestrator fleet(AnsweringOrchestrator server, Instant now) {
        var progress = new Progress(now);
        return server.on("GET /status", status())
                .on("GET /hosts", hosts(now))
                .on("GET /hosts/web1", host(now))
                .on("GET /hosts/web1/explain", explained())
                .on("GET /hosts/web1/history", history(now))
                .on("GET /sources", sources(now))
                .on("POST /sources/demo/sync", sources(now).getFirst())
                .on("POST /validate", problems())
                .on("GET /render/web1", rendered())
                .on("GET /plan", plan())
                .on("GET /rollouts", rollouts(now))
                .on("GET /rollouts/12", detail(now))
                .on("POST /rollouts", rollout(13, "running", now, null))
                .on("POST /rollback", rollout(13, "running", now, null))
                .on("POST /drift/web1/heal", rollout(13, "running", now, null))
                .reply("GET /rollouts/13/events", progress::events)
                .on("POST /rollouts/12/pause", rollout(12, "paused", now, null))
                .reply("GET /rollouts/13", progress::detail)
                .on("GET /drift", drift(now))
                .on("GET /jobs", jobs(now))
                .on("GET /hosts/web1/runs", List.of(run(now, "failed", 3), run(now.minusSeconds(3600), "ok", 0)))
                .on("POST /hosts/web1/runs", new StartedJob("web1", "shop/bill"))
                .on("POST /enrol/probe", new EnrolProbe("192.0.2.10", 22, "ssh-ed25519", FINGERPRINT))
                .on("POST /enrol", enrolment("running", List.of("connected"), null))
                .on("GET /enrol/e1", enrolment("done", List.of("connected", "agent installed", "agent runs"), "a-10"))
                .on("GET /dns", dnsStats())
                .on("GET /dns/names", dnsNames())
                .on("GET /dns/lookup", dnsLookup())
                .on("POST /dns/purge", new DnsPurged(3))
                .on(
                        "GET /users",
                        List.of(new UserView("ann", List.of("admin")), new UserView("ci", List.of("read", "deploy"))))
                .on("POST /tokens", new CreatedToken("t7", "esp_0123456789", List.of("read", "deploy")))
                .on("GET /audit", audit(now));
    }

    static DnsStats dnsStats() {
        var answers = new LinkedHashMap<String, Long>();
        answers.put("local-zone", 40L);
        answers.put("memory", 135L);
        answers.put("redis", 0L);
        answers.put("upstream", 25L);
        return new DnsStats(
                "listening",
                null,
                List.of("127.0.0.1:8053"),
                "demo.internal",
                answers,
                0.875,
                17,
                14_200,
                List.of(
                        new DnsStats.Upstream("192.0.2.53:53", "up", 1_240, 25, 25, 0),
                        new DnsStats.Upstream("192.0.2.54:53", "down", 0, 3, 0, 3)));
    }

    static List<DnsName> dnsNames() {
        return List.of(
                new DnsName(
                        "web.demo.internal",
                        "tier",
                        List.of("192.0.2.2"),
                        "partly",
                        "left out as down: web1.demo.internal"),
                new DnsName("www.demo.internal", "record", List.of("A 192.0.2.9 (inside)"), "up", null),
                new DnsName("web1.demo.internal", "host", List.of("192.0.2.1"), "down", "its tier leaves it out"),
                new DnsName("web2.demo.internal", "host", List.of("192.0.2.2", "2001:db8::2"), "up", null));
    }

    static DnsLookup dnsLookup() {
        return new DnsLookup(
                List.of(new DnsLookup.Answer(
                        "www.example.com",
                        "A",
                        "NOERROR",
                        60,
                        "upstream",
                        null,
                        List.of(
                                new DnsLookup.Entry("www.example.com", "CNAME", 60, "web.example.net."),
                                new DnsLookup.Entry("web.example.net", "A", 60, "198.51.100.1")))),
                List.of(
                        new DnsLookup.Step("memory", "nothing", 41),
                        new DnsLookup.Step("upstream 192.0.2.53:53", "answered in 1.2 ms", 1_300),
                        new DnsLookup.Step("memory", "kept for 60 s", 1_310)));
    }

    static FleetStatus status() {
        var hosts = new LinkedHashMap<String, Integer>();
        hosts.put("in-sync", 2);
        hosts.put("drifted", 1);
        hosts.put("unreachable", 1);
        hosts.put("failed", 1);
        return new FleetStatus("demo", "drifted", REVISION, hosts, null, null, "0.1.0");
    }

    static HostPage hosts(Instant now) {
        return new HostPage(
                List.of(
                        host("lb1", "lb", "in-sync", null, null, 0, now.minusSeconds(2)),
                        host("web1", "web", "drifted", null, null, 2, now.minusSeconds(41)),
                        host("web2", "web", "in-sync", null, null, 0, now.minusSeconds(1)),
                        host(
                                "db1",
                                "db",
                                "failed",
                                "unhealthy",
                                "GET http://127.0.0.1:9104/ answered 503",
                                0,
                                now.minusSeconds(320)),
                        host(
                                "db2",
                                "db",
                                "unreachable",
                                "timed-out",
                                "no answer from 192.0.2.25:22 in 10 s",
                                0,
                                now.minusSeconds(7300))),
                0,
                500,
                5);
    }

    static HostView host(
            String name,
            String tier,
            String state,
            @Nullable String reason,
            @Nullable String detail,
            int drifted,
            Instant seen) {
        return new HostView(
                name,
                "a-" + name,
                tier,
                List.of(tier, "prod"),
                "192.0.2." + (name.hashCode() & 63),
                state,
                reason,
                detail,
                "9c1e77a0b3d2f4",
                drifted,
                seen);
    }

    static HostDetail host(Instant now) {
        return new HostDetail(
                hosts(now).hosts().get(1),
                "0.1.0",
                FINGERPRINT,
                null,
                new HostDetail.FactsView(
                        "web1", 4, 8_350_000_000L, "Debian GNU/Linux 12", "6.1.0-18", "amd64", List.of("192.0.2.11")),
                List.of(
                        new HostDetail.HeldUnit("motd", List.of(), null, List.of()),
                        new HostDetail.HeldUnit(
                                "nginx",
                                List.of("nginx-light"),
                                "systemctl reload nginx",
                                List.of("http http://127.0.0.1/"))),
                List.of(
                        new HostDetail.HeldFile(
                                "/etc/motd",
                                "motd",
                                "aa",
                                412,
                                "0644",
                                "root",
                                "root",
                                "demo:units/motd.ftl",
                                "77aa01bc9922",
                                "Ann Lee <ann@example.org>"),
                        new HostDetail.HeldFile(
                                "/etc/nginx/nginx.conf",
                                "nginx",
                                "bb",
                                14_280,
                                "0640",
                                "root",
                                "www-data",
                                "templates:nginx/nginx.conf.ftl",
                                "19fe00aa1234",
                                "Bo Ek <bo@example.org>")),
                drift(now),
                List.of(
                        new HostDetail.ApplyView(
                                8, "9c1e77a0b3d2f4", REVISION, 12L, "applied", null, null, now.minusSeconds(3700)),
                        new HostDetail.ApplyView(
                                7,
                                "11aa22bb33cc44",
                                "older",
                                11L,
                                "rolled-back",
                                "unhealthy",
                                "GET http://127.0.0.1/ answered 500",
                                now.minusSeconds(90_000))));
    }

    static List<JobView> jobs(Instant now) {
        return List.of(
                new JobView(
                        "web1",
                        "shop/bill",
                        "cron 0 30 2 * * ? Europe/Berlin",
                        "run /srv/shop/bin/bill --all as shop",
                        "once",
                        "skip",
                        now.plusSeconds(7200),
                        run(now, "failed", 3)),
                new JobView(
                        "web2", "shop/rotate", "every 10m", "run rotate", "once", "wait", now.plusSeconds(61), null));
    }

    static JobRunView run(Instant now, String ending, int status) {
        return new JobRunView(
                "web1",
                "shop/bill",
                now.minusSeconds(300),
                now.minusSeconds(299),
                4182,
                status == 0 ? "hand" : "schedule",
                ending,
                status,
                status == 0 ? "" : "reading customers\nno such customer: 17");
    }

    static List<DriftView> drift(Instant now) {
        return List.of(
                new DriftView("web1", "/etc/motd", "motd", "content", "aa12", "ff98", now.minusSeconds(65)),
                new DriftView("web1", "/etc/nginx/nginx.conf", "nginx", "mode", "0640", "0644", now.minusSeconds(65)));
    }

    static List<SourceView> sources(Instant now) {
        return List.of(
                new SourceView(
                        "demo",
                        "fleet",
                        "file:///var/lib/espalier/git/demo.git",
                        "main",
                        REVISION,
                        "Ann Lee <ann@example.org>",
                        "Greet in German too",
                        now.minusSeconds(600),
                        now.minusSeconds(3),
                        "settled",
                        null,
                        null,
                        "http://127.0.0.1:8080/git/demo.git",
                        List.of(),
                        List.of()),
                new SourceView(
                        "templates",
                        "template",
                        "https://git.example.org/templates.git",
                        "main",
                        "19fe00aa1234",
                        "Bo Ek <bo@example.org>",
                        "Tighten nginx",
                        now.minusSeconds(86_400L * 3),
                        now.minusSeconds(20),
                        "rejected",
                        "invalid-revision",
                        "1 problem in 19fe00aa",
                        null,
                        problems().subList(0, 1),
                        List.of("submodules are not followed: lib")));
    }

    static List<ProblemView> problems() {
        return List.of(
                new ProblemView("units/web.yaml", 12, 5, "unknown key 'relaod'", "did you mean 'reload'?", "error"),
                new ProblemView("hosts.yaml", 3, 0, "no unit matches host 'db9'", null, "warning"));
    }

    static List<RenderedFileView> rendered() {
        return List.of(
                new RenderedFileView(
                        "/etc/motd",
                        "motd",
                        "0644",
                        "root",
                        "root",
                        "aa",
                        12,
                        "demo:units/motd.ftl",
                        "Hello web1\n",
                        null),
                new RenderedFileView(
                        "/etc/ssl/key.pem",
                        "nginx",
                        "0600",
                        "root",
                        "root",
                        "cc",
                        1704,
                        "demo:secrets/key.pem",
                        null,
                        "secret"));
    }

    static ExplainView explained() {
        var template = new ExplainView.From("templates:motd.ftl", 1, "a01bc0ffee", "Ben <ben@example.net>");
        var greeting = new ExplainView.Variable(
                "vars.greeting", "Guten Tag", "fleet:vars/all.yaml", 3, REVISION, "Ann <ann@example.net>", null);
        var cpus = new ExplainView.Variable("facts.cpus", "4", null, 0, null, null, "reported by the host's agent");
        return new ExplainView(
                "web1",
                "/etc/motd",
                "motd",
                "3f".repeat(32),
                REVISION,
                "templates:motd.ftl",
                null,
                List.of(
                        new ExplainView.Line(1, "Guten Tag", List.of(template), List.of(greeting)),
                        new ExplainView.Line(
                                2,
                                "4 CPUs",
                                List.of(new ExplainView.From("templates:motd.ftl", 2, null, null)),
                                List.of(cpus))));
    }

    static List<PathChangeView> history(Instant now) {
        return List.of(
                new PathChangeView(
                        7,
                        "3f".repeat(32),
                        12,
                        "deploy",
                        "update",
                        REVISION,
                        "Ann <ann@example.net>",
                        "Greet in German too",
                        now.minusSeconds(90),
                        "--- /etc/motd\n+++ /etc/motd\n@@ -1,2 +1,2 @@\n-Hello\n+Guten Tag\n 4 CPUs\n",
                        null),
                new PathChangeView(
                        6,
                        "2e".repeat(32),
                        11,
                        "rollback",
                        "attributes",
                        null,
                        null,
                        null,
                        now.minusSeconds(9_000),
                        null,
                        "0600 to 0644"));
    }

    static PlanView plan() {
        var greeting = new PlanView.Change(
                "update",
                "/etc/motd",
                "motd",
                "--- /etc/motd\n+++ /etc/motd\n@@ -1,2 +1,2 @@\n-Hello\n+Guten Tag\n Host: web1\n",
                null);
        var key = new PlanView.Change("create", "/etc/ssl/key.pem", "nginx", null, "secret changed");
        var old = new PlanView.Change("remove", "/etc/old.conf", "nginx", null, null);
        return new PlanView(
                "d1e2f3",
                REVISION,
                5,
                1,
                List.of(
                        new PlanView.Group(List.of("lb1", "web1"), List.of(greeting), List.of()),
                        new PlanView.Group(List.of("web2"), List.of(greeting, key, old), List.of("nginx"))),
                List.of(new PlanView.Unreachable("db2", "timed-out", "no answer from 192.0.2.25:22 in 10 s")),
                List.of(),
                null);
    }

    static RolloutView rollout(long id, String state, Instant now, @Nullable Instant ended) {
        return new RolloutView(
                id,
                "deploy",
                REVISION,
                "Greet in German too",
                "ann",
                state,
                null,
                null,
                2,
                2,
                3,
                3,
                0,
                1,
                now.minusMillis(840),
                ended);
    }

    static List<RolloutView> rollouts(Instant now) {
        return List.of(
                rollout(12, "running", now, null),
                new RolloutView(
                        11,
                        "deploy",
                        "77aa01bc992200",
                        "Break the web",
                        "bo",
                        "failed",
                        "unhealthy",
                        "web1: GET http://127.0.0.1/ answered 500",
                        1,
                        3,
                        4,
                        0,
                        1,
                        0,
                        now.minusSeconds(90_010),
                        now.minusSeconds(90_000)));
    }

    static List<RolloutDetail.Wave> waves(Instant now) {
        return List.of(
                new RolloutDetail.Wave(
                        1,
                        "web",
                        true,
                        "done",
                        List.of(new RolloutDetail.HostStep("web1", "applied", null, null, 41L, now.minusSeconds(2)))),
                new RolloutDetail.Wave(
                        2,
                        "web",
                        false,
                        "running",
                        List.of(
                                new RolloutDetail.HostStep("lb1", "applying", null, null, null, null),
                                new RolloutDetail.HostStep(
                                        "web2",
                                        "failed",
                                        "validate-failed",
                                        "nginx -t: unknown directive",
                                        1310L,
                                        now.minusSeconds(1)))));
    }

    static RolloutDetail detail(Instant now) {
        return new RolloutDetail(rollout(12, "running", now, null), waves(now), 5);
    }

    /** Rollout 13: one more event at each look, and at an end once all have been seen. */
    private static final class Progress {
        private final Instant now;
        private final List<EventView> all;
        private int known;

        Progress(Instant now) {
            this.now = now;
            this.all = List.of(
                    new EventView(10, 13, now, "wave", 1, null, "running", "wave 1/2 web canary"),
                    new EventView(11, 13, now, "host", 1, "web1", "applied", "web1 applied in 41 ms"),
                    new EventView(12, 13, now, "host", 2, "web2", "applied", "web2 applied in 38 ms"),
                    new EventView(14, 13, now, "ended", 2, null, "done", "done: 3 of 3 applied in 840 ms"));
        }

        synchronized Reply events(Request request) {
            long since = Long.parseLong(request.line().replaceAll(".*since=", ""));
            known = since == 0 ? 1 : Math.min(all.size(), known + 1);
            return Reply.json(all.subList(0, known).stream()
                    .filter(event -> event.id() > since)
                    .toList());
        }

        synchronized Reply detail(Request request) {
            boolean over = known == all.size();
            return Reply.json(new RolloutDetail(
                    rollout(13, over ? "done" : "running", now, over ? now : null), waves(now), over ? 14 : 0));
        }
    }

    static EnrolmentView enrolment(String state, List<String> lines, @Nullable String auid) {
        return new EnrolmentView("e1", "web3", state, lines, auid, null, null);
    }

    static List<AuditView> audit(Instant now) {
        return List.of(
                new AuditView(2, now.minusSeconds(5), "ann", "deploy", "rollout 12", null, REVISION),
                new AuditView(1, now.minusSeconds(3600), "bo", "settings", "freeze", "off", "on"));
    }

    /** A server to try commands on by hand: {@code main PORT}. */
    public static void main(String[] args) throws Exception {
        var server = fleet(new AnsweringOrchestrator(Integer.parseInt(args[0])), Instant.now());
        System.out.println(server.url() + " token " + AnsweringOrchestrator.TOKEN);
        Thread.currentThread().join();
    }
}

package io.espalier.orchestrator.fleet;

import static io.espalier.orchestrator.fleet.Fleets.problems;
import static io.espalier.orchestrator.fleet.Fleets.read;
import static io.espalier.orchestrator.fleet.Fleets.threeHosts;
import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.TextSnapshot;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.Account;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FleetReaderTest {

    @Test
    void smallestFleetHasTheDefaultsOfTheSpec() {
        Fleet fleet = read(threeHosts());

        assertThat(fleet.name()).isEqualTo("shop");
        assertThat(fleet.tiers()).containsExactly(new Tier("web", "web", true), new Tier("db", "db", true));
        assertThat(fleet.rollout())
                .isEqualTo(new RolloutPolicy(
                        List.of("db", "web"),
                        new RolloutPolicy.Share.Hosts(1),
                        new RolloutPolicy.Share.Percent(25),
                        0,
                        Duration.ZERO,
                        Set.of(),
                        Duration.ofSeconds(30)));
        assertThat(fleet.heal()).isFalse();
        assertThat(fleet.driftCheck()).isEqualTo(Duration.ofSeconds(60));
        assertThat(fleet.hosts().get(new HostName("web1")).ssh())
                .isEqualTo(new Host.SshAddress("10.0.3.1", 22, "espalier", Optional.empty(), Optional.empty()));
        assertThat(problems(threeHosts())).isEmpty();
    }

    @Test
    void fleetFileIsReadWhole() {
        Fleet fleet = read(threeHosts().with("fleet.yaml", """
                fleet: shop
                sources:
                  templates: { git: "https://git.example.net/ops/templates.git", ref: stable }
                  api: { git: "ssh://git@git.example.net/api.git", ref: "refs/tags/v*", pick: semver }
                  hosted: { git: hosted }
                  site: { svn: "svn://svn.example.net/site/trunk" }
                  shop: { svn: "https://svn.example.net/shop", ref: "tags/v*", pick: semver ^1.2 <1.9 }
                tiers:
                  - dns: { title: "DNS master / slave" }
                  - { switch: { push: false } }
                  - web
                  - db
                rollout:
                  order: top-down
                  canary: 2
                  parallel: 10%
                  max-failures: 3
                  soak: 30s
                  approve: [ production ]
                  confirm: 1m
                drift: { check: 10m, heal: true }
                """));

        assertThat(fleet.sources())
                .isEqualTo(Map.of(
                        new SourceName("templates"),
                        new SourceSpec.Git("https://git.example.net/ops/templates.git", "stable", Optional.empty()),
                        new SourceName("api"),
                        new SourceSpec.Git("ssh://git@git.example.net/api.git", "refs/tags/v*", Optional.of("semver")),
                        new SourceName("hosted"),
                        new SourceSpec.Git("hosted", "main", Optional.empty()),
                        new SourceName("site"),
                        new SourceSpec.Svn("svn://svn.example.net/site/trunk", "", Optional.empty()),
                        new SourceName("shop"),
                        new SourceSpec.Svn(
                                "https://svn.example.net/shop", "tags/v*", Optional.of("semver ^1.2 <1.9"))));
        assertThat(fleet.tiers())
                .containsExactly(
                        new Tier("dns", "DNS master / slave", true),
                        new Tier("switch", "switch", false),
                        new Tier("web", "web", true),
                        new Tier("db", "db", true));
        assertThat(fleet.rollout())
                .isEqualTo(new RolloutPolicy(
                        List.of("dns", "web", "db"),
                        new RolloutPolicy.Share.Hosts(2),
                        new RolloutPolicy.Share.Percent(10),
                        3,
                        Duration.ofSeconds(30),
                        Set.of("production"),
                        Duration.ofMinutes(1)));
        assertThat(fleet.heal()).isTrue();
        assertThat(fleet.driftCheck()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void orderMayBeAListOfAllTiers() {
        var source =
                threeHosts().with("fleet.yaml", "fleet: shop\ntiers: [ web, db ]\nrollout: { order: [ web, db ] }\n");

        assertThat(read(source).rollout().order()).containsExactly("web", "db");
    }

    @Test
    void unitIsReadWhole() {
        UnitSpec unit = read(threeHosts().with("units/nginx.yaml", """
                unit: nginx
                on: { tier: [ web ], tag: mobile }
                needs: [ base ]
                packages: [ nginx, libnginx-mod-http-lua, g++ ]
                users:
                  - www
                  - { name: deploy, system: true, home: /srv/deploy, shell: /bin/sh, groups: [ adm ] }
                sysctl: { net.core.somaxconn: 4096, vm.swappiness: "1" }
                files:
                  - { to: /etc/nginx/nginx.conf, template: nginx/nginx.conf.ftl, owner: root, group: adm, mode: "0600" }
                  - { to: /etc/nginx/conf.d/, templates: "nginx/conf.d/*.ftl", purge: true }
                  - { to: /etc/nginx/mime.types, file: nginx/mime.types }
                  - { to: /srv/www/, files: "www/**" }
                validate: nginx -t -c {stage}/etc/nginx/nginx.conf
                check: [ nginx, -t ]
                reload: { run: "systemctl reload nginx", timeout: 5s }
                health:
                  - { http: "http://127.0.0.1/healthz", status: 204, within: 20s }
                  - { tcp: "[::1]:443" }
                  - { exec: "redis-cli ping", expect: PONG, within: 3s }
                """)).units().get(1);

        assertThat(unit.name()).isEqualTo("nginx");
        assertThat(unit.on()).isEqualTo(new Selector(Set.of("web"), Set.of("mobile"), Set.of()));
        assertThat(unit.needs()).containsExactly("base");
        assertThat(unit.packages()).containsExactly("nginx", "libnginx-mod-http-lua", "g++");
        assertThat(unit.accounts())
                .containsExactly(
                        new Account("www", false, Optional.empty(), Optional.empty(), List.of()),
                        new Account(
                                "deploy", true, Optional.of("/srv/deploy"), Optional.of("/bin/sh"), List.of("adm")));
        assertThat(unit.sysctl()).isEqualTo(Map.of("net.core.somaxconn", "4096", "vm.swappiness", "1"));
        assertThat(unit.files())
                .containsExactly(
                        new FileSpec.Template(
                                "/etc/nginx/nginx.conf",
                                "nginx/nginx.conf.ftl",
                                new FileSpec.Attributes("root", "adm", 0600),
                                10),
                        new FileSpec.Templates(
                                "/etc/nginx/conf.d/", "nginx/conf.d/*.ftl", true, FileSpec.Attributes.DEFAULT, 11),
                        new FileSpec.Plain(
                                "/etc/nginx/mime.types", "nginx/mime.types", FileSpec.Attributes.DEFAULT, 12),
                        new FileSpec.Plains("/srv/www/", "www/**", false, FileSpec.Attributes.DEFAULT, 13));
        assertThat(unit.validate())
                .contains(new Command(
                        List.of("nginx", "-t", "-c", "{stage}/etc/nginx/nginx.conf"), Command.DEFAULT_TIMEOUT));
        assertThat(unit.check()).contains(new Command(List.of("nginx", "-t"), Command.DEFAULT_TIMEOUT));
        assertThat(unit.reload()).contains(new Command(List.of("systemctl", "reload", "nginx"), Duration.ofSeconds(5)));
        assertThat(unit.health())
                .containsExactly(
                        new HealthCheck.Http("http://127.0.0.1/healthz", 204, Duration.ofSeconds(20)),
                        new HealthCheck.Tcp("::1", 443, HealthCheck.DEFAULT_WITHIN),
                        new HealthCheck.Exec(
                                new Command(List.of("redis-cli", "ping"), Duration.ofSeconds(3)),
                                Optional.of("PONG"),
                                Duration.ofSeconds(3)));
    }

    @Test
    void rangeMakesOneHostForEachNumber() {
        Fleet fleet = read(threeHosts().with("hosts/edge.yaml", """
                edge[08-10,20]: { address: "10.1.0.{n}", tier: web, user: ops, port: 2222, jump: web1 }
                """));

        assertThat(fleet.hosts().keySet().stream().map(HostName::value))
                .containsExactly("db1", "edge08", "edge09", "edge10", "edge20", "web1", "web2");
        assertThat(fleet.hosts().get(new HostName("edge08")).ssh())
                .isEqualTo(new Host.SshAddress(
                        "10.1.0.8", 2222, "ops", Optional.empty(), Optional.of(new HostName("web1"))));
    }

    @Test
    void laterVariablesWinAndOnlyMapsMerge() {
        var source = threeHosts()
                .with("hosts.yaml", "web1: { tier: web, tags: [ b, a ], vars: { entry: entry } }\n")
                .with("vars/all.yaml", layer("all", "all", "tier", "tag-b", "tag-a", "host", "entry"))
                .with("vars/tier/web.yaml", layer("tier", "tier", "tag-b", "tag-a", "host", "entry"))
                .with("vars/tag/b.yaml", layer("tag-b", "tag-b", "tag-a", "host", "entry"))
                .with("vars/tag/a.yaml", layer("tag-a", "tag-a", "host", "entry"))
                .with("vars/host/web1.yaml", layer("host", "host", "entry"));

        Map<String, Object> vars =
                read(source).hosts().get(new HostName("web1")).vars().values();

        for (String name : List.of("all", "tier", "tag-b", "tag-a", "host", "entry")) {
            assertThat(vars).as(name).containsEntry(name, name);
        }
        assertThat(vars.get("nested")).isEqualTo(Map.of("all", 1L, "tier", 1L, "tag-b", 1L, "tag-a", 1L, "host", 1L));
        assertThat(vars.get("list")).isEqualTo(List.of("host"));
    }

    /** A vars file that sets {@code names} to its own name, a map with its own key, and a list. */
    private static String layer(String self, String... names) {
        var text = new StringBuilder("nested: { " + self + ": 1 }\nlist: [ " + self + " ]\n");
        for (String name : names) {
            text.append(name).append(": ").append(self).append('\n');
        }
        return text.toString();
    }

    @Test
    void unitsComeAfterWhatTheyNeedAndElseByName() {
        var source = TextSnapshot.of("shop")
                .with("fleet.yaml", "fleet: shop\ntiers: [ web ]\n")
                .with("hosts.yaml", "web1: { tier: web }\n")
                .with("units/1.yaml", "unit: a\nneeds: z\n")
                .with("units/2.yaml", "unit: m\n")
                .with("units/3.yaml", "unit: b\nneeds: [ m, z ]\n")
                .with("units/4.yaml", "unit: z\n");

        assertThat(read(source).units().stream().map(UnitSpec::name)).containsExactly("z", "a", "m", "b");
    }

    @Test
    void anchorsAreReadAsWhatTheyStandFor() {
        var source = threeHosts().with("vars/all.yaml", "a: &a { x: 1, y: [ 2 ] }\nb: *a\n");

        Map<String, Object> vars =
                read(source).hosts().get(new HostName("web1")).vars().values();

        assertThat(vars.get("b")).isEqualTo(Map.of("x", 1L, "y", List.of(2L)));
    }

    @Test
    void readingTwiceGivesEqualFleets() {
        assertThat(read(threeHosts())).isEqualTo(read(threeHosts()));
    }
}

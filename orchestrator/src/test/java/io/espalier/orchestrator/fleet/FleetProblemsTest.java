package io.espalier.orchestrator.fleet;

import static io.espalier.orchestrator.fleet.Fleets.problems;
import static io.espalier.orchestrator.fleet.Fleets.threeHosts;
import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.TextSnapshot;
import org.junit.jupiter.api.Test;

/** Every sentence that a pusher reads in the terminal, word for word. */
class FleetProblemsTest {

    @Test
    void everythingWrongIsToldAtOnceInTheOrderOfTheFiles() {
        var source = threeHosts()
                .with("hosts.yaml", """
                        web1: { address: 10.0.3.1, tier: wbe }
                        web2: { adress: 10.0.3.2, tier: web, port: ssh }
                        """)
                .with("units/nginx.yaml", """
                        unit: nginx
                        on: { tier: [ web, prxy ] }
                        needs: [ bas ]
                        relaod: systemctl reload nginx
                        """)
                .with("vars/tier/wbe.yaml", "a: 1\n");

        assertThat(problems(source))
                .containsExactly(
                        "hosts.yaml:1:34 web1: unknown tier 'wbe' (did you mean 'web'?)",
                        "hosts.yaml:2:9 web2: unknown key 'adress' (did you mean 'address'?)",
                        "hosts.yaml:2:44 web2: 'port' must be a number from 1 to 65535, not 'ssh'",
                        "units/nginx.yaml:2:20 nginx: unknown tier 'prxy'",
                        "units/nginx.yaml:3:10 nginx: unknown unit 'bas' (did you mean 'base'?)",
                        "units/nginx.yaml:4:1 unknown key 'relaod' (did you mean 'reload'?)",
                        "vars/tier/wbe.yaml:1:1 unknown tier 'wbe' (did you mean 'web'?)");
    }

    @Test
    void whatOnlyFollowsFromAnErrorInTheHostsIsNotTold() {
        var source = threeHosts()
                .with("hosts.yaml", "web1: { adress: 10.0.3.1, tier: web, tags: [ mobile ]\n")
                .with("units/nginx.yaml", "unit: nginx\non: { tag: [ mobile ], host: [ web2 ] }\n")
                .with("vars/host/web1.yaml", "a: 1\n")
                .with("vars/tag/mobile.yaml", "b: 2\n");

        assertThat(problems(source)).isNotEmpty().allMatch(problem -> problem.startsWith("hosts.yaml:"));
    }

    @Test
    void hostsThatAreReadWellAreMatchedAgain() {
        var source = threeHosts().with("units/nginx.yaml", "unit: nginx\non: { tag: [ none ] }\n");

        assertThat(problems(source)).anyMatch(problem -> problem.endsWith("nginx: no host matches this unit"));
    }

    @Test
    void fleetFileMustBeThere() {
        assertThat(problems(TextSnapshot.of("shop")))
                .containsExactly("fleet.yaml is missing (start with 'fleet: NAME' and 'tiers:')");
    }

    @Test
    void fleetFileNeedsItsNameAndTiers() {
        assertThat(problems(TextSnapshot.of("shop").with("fleet.yaml", "\n")))
                .containsExactly(
                        "fleet.yaml:1:1 'fleet' is missing (start with 'fleet: NAME')",
                        "fleet.yaml:1:1 'tiers' is missing (write 'tiers: [ web ]')");
    }

    @Test
    void badFleetFile() {
        assertThat(problems(threeHosts().with("fleet.yaml", """
                fleet: Shop!
                sources:
                  templates: { git: "https://ann:secret@git.example.net/t.git" }
                  site: { svn: "svn+ssh://ann:secret@svn.example.net/site" }
                  api: { git: api, ref: "refs/tags/v*" }
                tiers: [ web, db, web, [ x ] ]
                rollout:
                  order: [ web, dbb ]
                  canary: 120%
                  parallel: 0
                  soak: 30
                  gate: { query: "web,*|sum,error" }
                  freeze: []
                drift: { check: 1ms, heal: maybe }
                """)))
                .containsExactly(
                        "fleet.yaml:1:8 'fleet' cannot be 'Shop!' (expected: [a-z0-9-], 1 to 64 characters)",
                        "fleet.yaml:3:21 source 'templates': credentials do not belong in the fleet source",
                        "fleet.yaml:4:16 source 'site': credentials do not belong in the fleet source",
                        "fleet.yaml:5:20 source 'api': 'ref' names several refs (add 'pick: semver')",
                        "fleet.yaml:6:19 tier 'web' is there twice",
                        "fleet.yaml:6:24 expected a tier such as 'web' or 'web: { title: Web }', not a list",
                        "fleet.yaml:8:3 'order' leaves out db (name every tier once)",
                        "fleet.yaml:8:17 unknown tier 'dbb' in 'order' (did you mean 'db'?)",
                        "fleet.yaml:9:11 'canary' must be a number of hosts or a share such as 25%, not '120%'",
                        "fleet.yaml:10:13 'parallel' must be at least one host, not '0'",
                        "fleet.yaml:11:9 'soak' must be a time such as 30s, 10m or 60h, not '30'",
                        "fleet.yaml:12:3 'gate' is not supported by this version of Espalier",
                        "fleet.yaml:13:3 'freeze' is not supported by this version of Espalier",
                        "fleet.yaml:14:17 'check' must be at least 1s, not '1ms'",
                        "fleet.yaml:14:28 'heal' must be true or false, not 'maybe'");
    }

    @Test
    void badHosts() {
        assertThat(problems(threeHosts().with("hosts.yaml", """
                web1: { address: "10.0.3.1:22", tier: web, jump: web9 }
                web2: { address: 10, tier: web, tags: [ a, a, "b c" ], host-key: AAAA }
                web[3-1]: { tier: web }
                web[x]: { tier: web }
                Web4: { tier: web }
                web5: { address: "10.0.{n}", tier: web }
                web6: { address: 10.0.3.6 }
                web7: [ web ]
                db1: { tier: db, jump: db2 }
                db2: { tier: db, jump: db1 }
                """).with("hosts/more.yaml", "db1: { tier: db }\n")))
                .containsExactly(
                        "hosts.yaml:1:18 web1: 'address' cannot be '10.0.3.1:22' (write the port as 'port:')",
                        "hosts.yaml:1:50 web1: unknown host 'web9' in 'jump' (did you mean 'web1'?)",
                        "hosts.yaml:2:18 web2: 'address' must be text, not the number 10 (write \"10\" with quotes)",
                        "hosts.yaml:2:44 web2: 'a' is there twice",
                        "hosts.yaml:2:47 web2: 'tags' cannot be 'b c' (expected: letters, digits, '_', '.' and '-', at most 64)",
                        "hosts.yaml:2:66 web2: 'host-key' cannot be 'AAAA' (expected: such as 'ssh-ed25519 AAAA...')",
                        "hosts.yaml:3:1 range 'web[3-1]' runs backwards",
                        "hosts.yaml:4:1 range 'web[x]' (expected: numbers such as [02-40] or [1-3,7])",
                        "hosts.yaml:5:1 host name 'Web4' (expected: [a-z0-9-], 1 to 64 characters)",
                        "hosts.yaml:6:18 web5: 'address' cannot be '10.0.{n}' ({n} stands for the number of a range such as web[02-40])",
                        "hosts.yaml:7:1 web6: 'tier' is missing",
                        "hosts.yaml:8:7 web7: expected keys (address, port, user, jump, host-key, tier, tags, vars), not a list",
                        "hosts.yaml:9:24 db1: 'jump' goes in a circle: db1 -> db2",
                        "hosts.yaml:10:24 db2: 'jump' goes in a circle: db2 -> db1",
                        "hosts/more.yaml:1:1 db1: is there twice (the other is hosts.yaml:9)");
    }

    @Test
    void badUnit() {
        assertThat(problems(threeHosts().with("units/base.yaml", """
                unit: base
                on: { tier: [], where: "vars.x" }
                packages: [ "nginx; reboot", foo- ]
                users: [ { home: /srv }, "-root" ]
                sysctl: { kernel: 1, vm.swappiness: [ 1 ] }
                jobs: [ { backup: mysql, cron: "0 15 3 * * ?" }, { run: a, cron: "0 61 3 * * ?" } ]
                service: { name: base }
                health:
                  - { http: "ftp://x", expect: x }
                  - { tcp: "localhost" }
                  - { tcp: "localhost:0", http: "http://x" }
                  - { tcp: "localhost:99999", within: 0s }
                """)))
                .containsExactly(
                        "units/base.yaml:2:7 base: 'tier' is empty: the unit would go nowhere",
                        "units/base.yaml:2:17 base: 'where' is not supported by this version of Espalier",
                        "units/base.yaml:3:13 'packages' cannot be 'nginx; reboot' (expected: names of packages)",
                        "units/base.yaml:3:30 'packages' cannot be 'foo-' (expected: names of packages)",
                        "units/base.yaml:4:10 base: 'name' is missing",
                        "units/base.yaml:4:26 base: expected keys (name, system, home, shell, groups), not text",
                        "units/base.yaml:5:11 'kernel' is no kernel setting (expected: such as vm.swappiness)",
                        "units/base.yaml:5:37 'vm.swappiness' must be one line of text or a number",
                        "units/base.yaml:6:11 base: 'backup' is not supported by this version of Espalier",
                        "units/base.yaml:6:66 base: 'cron' cannot be '0 61 3 * * ?': Minute and Second values must be between 0 and 59",
                        "units/base.yaml:7:10 base: 'check' is missing in 'service'",
                        "units/base.yaml:9:13 base: 'http' cannot be 'ftp://x' (expected: an http or https URL)",
                        "units/base.yaml:9:24 base: 'expect' is for exec checks",
                        "units/base.yaml:10:12 base: 'tcp' cannot be 'localhost' (expected: HOST:PORT)",
                        "units/base.yaml:11:5 base: a health check needs one of http, tcp and exec",
                        "units/base.yaml:12:12 base: 'tcp' has no port from 1 to 65535",
                        "units/base.yaml:12:39 base: 'within' must be more than 0, not '0s'");
    }

    @Test
    void badFiles() {
        assertThat(problems(threeHosts().with("units/base.yaml", """
                unit: base
                files:
                  - { to: /etc/motd, template: motd.ftl, mode: 0644 }
                  - { to: /etc/motd, template: motd.ftl, mode: "4755" }
                  - { to: etc/motd, template: motd.ftl }
                  - { to: /etc/../shadow, template: motd.ftl }
                  - { to: /proc/sys/x, template: motd.ftl }
                  - { to: /etc/motd/, template: motd.ftl }
                  - { to: /etc/motd, templates: "*.ftl" }
                  - { to: /etc/motd, template: "*.ftl" }
                  - { to: /etc/, templates: "*.ftl", purge: true }
                  - { to: /etc/motd, template: ../motd.ftl }
                  - { to: /etc/motd, template: motd.ftl, file: motd }
                  - { template: motd.ftl }
                  - { to: /srv/site, checkout: "site:public", keep: 5, shared: [ uploads ] }
                  - { to: /etc/tls.key, secret: tls.key }
                  - { to: /etc/motd, template: motd.ftl, owner: "root:root", purge: true }
                """)))
                .containsExactly(
                        "units/base.yaml:3:48 base: 'mode' must be in quotes: YAML reads 0644 as a decimal number (write \"0644\")",
                        "units/base.yaml:4:48 base: 'mode' must be octal permission bits from \"0000\" to \"0777\", not '4755'",
                        "units/base.yaml:5:11 base: path: etc/motd (expected: absolute)",
                        "units/base.yaml:6:11 base: path: /etc/../shadow (empty name, '.' or '..')",
                        "units/base.yaml:7:11 base: path: /proc/sys/x (no files can be laid in /proc/)",
                        "units/base.yaml:8:11 base: 'to' must not end in '/': it is one file",
                        "units/base.yaml:9:11 base: 'to' must end in '/': it is a folder for several files",
                        "units/base.yaml:10:32 base: 'template' names one file (write 'templates')",
                        "units/base.yaml:11:38 base: /etc/ cannot be purged: it holds what no unit lays",
                        "units/base.yaml:12:32 base: 'template' must not hold '.', '..' or '//'",
                        "units/base.yaml:13:5 base: a file needs one of template, templates, file, files",
                        "units/base.yaml:14:5 base: 'to' is missing",
                        "units/base.yaml:15:22 base: 'checkout' is not supported by this version of Espalier",
                        "units/base.yaml:15:47 base: 'keep' is not supported by this version of Espalier",
                        "units/base.yaml:15:56 base: 'shared' is not supported by this version of Espalier",
                        "units/base.yaml:16:25 base: 'secret' is not supported by this version of Espalier",
                        "units/base.yaml:17:49 base: 'owner' cannot be 'root:root' (expected: the name of a user)",
                        "units/base.yaml:17:62 base: 'purge' is for templates and files");
    }

    @Test
    void commandsThatOnlyAShellUnderstandsAreRefused() {
        assertThat(problems(threeHosts().with("units/base.yaml", """
                unit: base
                validate: cat {stage}/etc/motd | grep -q I
                check: [ ]
                reload: { timeout: 0s }
                health:
                  - { exec: "echo $HOME" }
                """)))
                .containsExactly(
                        "units/base.yaml:2:11 'validate': '|' has no meaning without a shell (quote it, or write sh -c '...')",
                        "units/base.yaml:3:8 'check': there is no program to run",
                        "units/base.yaml:4:9 base: 'run' is missing in 'reload'",
                        "units/base.yaml:4:20 base: 'timeout' must be more than 0, not '0s'",
                        "units/base.yaml:6:13 base: 'exec': '$' has no meaning without a shell (quote it, or write sh -c '...')");
    }

    @Test
    void needsInACircleAreToldOnce() {
        var source = threeHosts()
                .with("units/a.yaml", "unit: a\nneeds: b\n")
                .with("units/b.yaml", "unit: b\nneeds: [ base, c ]\n")
                .with("units/c.yaml", "unit: c\nneeds: a\n")
                .with("units/d.yaml", "unit: d\nneeds: d\n");

        assertThat(problems(source))
                .containsExactly(
                        "units/c.yaml:2:8 c: 'needs' goes in a circle: a -> b -> c -> a",
                        "units/d.yaml:2:8 d: 'needs' goes in a circle: d -> d");
    }

    @Test
    void hostsAndUnitsThatMatchNothingAreWarnings() {
        var source = threeHosts()
                .with("units/base.yaml", "unit: base\non: { host: [ web1, db1 ] }\n")
                .with("units/mob.yaml", "unit: mob\non: { tag: mobil }\n")
                .with("vars/tag/gone.yaml", "a: 1\n");

        FleetReading reading = new FleetReader().read(source);

        assertThat(reading.fleet()).isPresent();
        assertThat(problems(source))
                .containsExactly(
                        "hosts.yaml:2:1 web2: no unit matches this host",
                        "units/mob.yaml:1:1 mob: no host matches this unit",
                        "units/mob.yaml:2:12 mob: no host has the tag 'mobil', did you mean 'mobile'?",
                        "vars/tag/gone.yaml:1:1 no host has the tag 'gone'");
    }

    @Test
    void unitsOfOneNameAreRefusedNamingBothFiles() {
        var source = threeHosts().with("units/other.yaml", "# copied\nunit: base\n");

        assertThat(problems(source))
                .containsExactly("units/other.yaml:2:1 unit 'base' is there twice (the other is units/base.yaml:1)");
    }

    @Test
    void badVariables() {
        assertThat(problems(threeHosts()
                        .with("vars/all.yaml", "workers:\nratio: .inf\nnested: { a: ~, b: [ null ] }\n")
                        .with("vars/host/web1.yaml", "[ 1, 2 ]\n")
                        .with("vars/tier/web.yaml", "password: ENC[x]\nsops: { mac: x }\n")
                        .with("vars/hosts/web1.yaml", "a: 1\n")))
                .containsExactly(
                        "vars/all.yaml:1:9 variable 'workers' has no value (write \"\" for an empty text)",
                        "vars/all.yaml:2:8 variable 'ratio': .inf is no number that can be used (write it in quotes)",
                        "vars/all.yaml:3:14 variable 'a' has no value (write \"\" for an empty text)",
                        "vars/all.yaml:3:22 variable 'b' has no value (write \"\" for an empty text)",
                        "vars/host/web1.yaml:1:1 expected variables (name: value), not a list",
                        "vars/hosts/web1.yaml:1:1 is not read: files are fleet.yaml, hosts.yaml, hosts/NAME.yaml,"
                                + " units/NAME.yaml, vars/all.yaml and vars/{tier,tag,host}/NAME.yaml",
                        "vars/tier/web.yaml:2:1 'sops' is not supported by this version of Espalier");
    }
}

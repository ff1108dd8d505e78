package io.espalier.orchestrator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The shipped schemas and the reader are two tellings of one format: what one takes or refuses, so does the other. */
class SchemaTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> KINDS = List.of("fleet", "hosts", "unit", "vars");
    private static final String ID = "https://espalier.io/schema/%s.schema.json";
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(sources()));

    record Case(String kind, String document) {
        @Override
        public String toString() {
            return kind + ": " + document.strip().replace("\n", "\\n");
        }
    }

    static Stream<Case> good() {
        return cases(GOOD);
    }

    static Stream<Case> bad() {
        return cases(BAD);
    }

    @ParameterizedTest
    @MethodSource("good")
    void bothTake(Case one) {
        assertThat(schemaErrors(one)).isEmpty();
        assertThat(readerErrors(one)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void bothRefuse(Case one) {
        assertThat(schemaErrors(one)).as("schema").isNotEmpty();
        assertThat(readerErrors(one)).as("reader").isNotEmpty();
    }

    @Test
    void keysAreTheSame() {
        assertThat(keys("fleet", "")).isEqualTo(Keys.FLEET.known());
        assertThat(keys("fleet", "/$defs/source")).isEqualTo(Keys.SOURCE.known());
        assertThat(keys("fleet", "/$defs/tier/oneOf/1/additionalProperties")).isEqualTo(Keys.TIER.known());
        assertThat(keys("fleet", "/$defs/rollout")).isEqualTo(Keys.ROLLOUT.known());
        assertThat(keys("fleet", "/$defs/drift")).isEqualTo(Keys.DRIFT.known());
        assertThat(keys("hosts", "/additionalProperties")).isEqualTo(Keys.HOST.known());
        assertThat(keys("unit", "")).isEqualTo(Keys.UNIT.known());
        assertThat(keys("unit", "/properties/on")).isEqualTo(Keys.ON.known());
        assertThat(keys("unit", "/$defs/user")).isEqualTo(Keys.USER.known());
        assertThat(keys("unit", "/$defs/file")).containsExactlyInAnyOrderElementsOf(Keys.FILE.known());
        assertThat(keys("unit", "/$defs/command/oneOf/2")).isEqualTo(Keys.COMMAND.known());
        assertThat(keys("unit", "/$defs/health")).isEqualTo(Keys.HEALTH.known());
        assertThat(keys("unit", "/properties/service")).isEqualTo(Keys.SERVICE.known());
        assertThat(keys("unit", "/$defs/check")).isEqualTo(Keys.SERVICE_CHECK.known());
        assertThat(keys("unit", "/$defs/job")).isEqualTo(Keys.JOB.known());
    }

    private static List<String> keys(String kind, String pointer) {
        JsonNode properties = JSON.readTree(source(kind)).at(pointer).path("properties");
        return new ArrayList<>(properties.propertyNames());
    }

    private static Stream<Case> cases(Map<String, List<String>> documents) {
        return KINDS.stream().flatMap(kind -> documents.get(kind).stream().map(document -> new Case(kind, document)));
    }

    private static List<Error> schemaErrors(Case one) {
        var settings = LoadSettings.builder().setSchema(new CoreSchema()).build();
        Object value = new Load(settings).loadFromString(one.document());
        Schema schema = SCHEMAS.getSchema(SchemaLocation.of(ID.formatted(one.kind())));
        return schema.validate(JSON.<JsonNode>valueToTree(value == null ? Map.of() : value));
    }

    /** Of the file's form only: what is judged with other files at hand is beyond a schema. */
    private static List<String> readerErrors(Case one) {
        var problems = new Problems();
        byte[] content = one.document().getBytes(StandardCharsets.UTF_8);
        Yaml yaml = YamlParser.parse("x.yaml", content, problems).orElseThrow();
        switch (one.kind()) {
            case "fleet" -> FleetFile.read(yaml, problems);
            case "hosts" -> new HostFiles(problems).add(yaml);
            case "unit" -> UnitFile.read(yaml, problems);
            default -> VarsFiles.read(yaml, "", problems);
        }
        return problems.sorted().stream().map(Problem::toString).toList();
    }

    private static Map<String, String> sources() {
        var sources = new HashMap<String, String>();
        KINDS.forEach(kind -> sources.put(ID.formatted(kind), source(kind)));
        return sources;
    }

    private static String source(String kind) {
        try (InputStream in = SchemaTest.class.getResourceAsStream("/schema/" + kind + ".schema.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String fleet(String more) {
        return "fleet: shop\ntiers: [ web ]\n" + more + "\n";
    }

    private static String unit(String more) {
        return "unit: base\n" + more + "\n";
    }

    private static String file(String more) {
        return unit("files: [ { " + more + " } ]");
    }

    private static final Map<String, List<String>> GOOD = Map.of(
            "fleet",
            List.of(
                    fleet(""),
                    fleet("sources: { t: { git: templates }, u: { git: 'ssh://git@h/x.git', ref: refs/heads/x } }"),
                    fleet("sources: { t: { git: 'https://h/x.git', ref: 'refs/tags/v*', pick: semver } }"),
                    "fleet: a-1\ntiers:\n - web: { title: 'Web', push: false }\n - db: {}\n - { lb: { push: true } }\n",
                    fleet(
                            "rollout: { order: bottom-up, canary: 0, parallel: 100%, max-failures: 3, soak: 0s, confirm: 500ms }"),
                    fleet("rollout: { order: [ web ], canary: 5%, parallel: 3, approve: [ production ] }"),
                    fleet("rollout: { order: web, approve: production }"),
                    fleet("drift: { check: 10m, heal: false }"),
                    fleet("rollout: {}\nsources: {}\ndrift: {}")),
            "hosts",
            List.of(
                    "",
                    "web1: { tier: web }\n",
                    "web1: { tier: web, address: a.example.net, port: 2222, user: ops, jump: gw, tags: [ a_b, c.d ] }\n",
                    "web1: { tier: web, address: '2001:db8::1', tags: one }\n",
                    "web[02-40]: { tier: web, address: '10.0.3.{n}' }\n",
                    "db[1-3, 7]-a: { tier: db, address: 'db{n}.example.net' }\n",
                    "web1: { tier: web, host-key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmYAr4f web1' }\n",
                    "web1: { tier: web, vars: { a: 1, b: [ x ], c: { d: true } } }\n"),
            "unit",
            List.of(
                    unit(""),
                    unit("on: { tier: web, tag: [ a, b ], host: web1 }"),
                    unit("on: {}"),
                    unit("needs: base\npackages: nginx"),
                    unit("needs: [ a_b ]\npackages: [ g++, libc6, 'nginx=1.24-1~deb12' ]"),
                    unit("users: [ www, { name: deploy, system: true, home: /srv, shell: /bin/sh, groups: adm } ]"),
                    unit("sysctl: { vm.swappiness: 1, net.ipv4.ip_local_port_range: '1024 65000', a.b: true }"),
                    file("to: /etc/motd, template: a/b.ftl"),
                    file("to: /etc/motd, file: a.b, owner: root, group: adm, mode: '0600', purge: false"),
                    file("to: /etc/a/, templates: 'a/*.ftl', purge: true, mode: '755'"),
                    file("to: /etc/a.d/..b/, files: '**'"),
                    unit("files: []"),
                    unit("validate: nginx -t\ncheck: [ nginx, -t, 1 ]\nreload: { run: [ a ], timeout: 5s }"),
                    unit("reload: { run: a b }"),
                    unit(
                            "health: [ { http: 'http://h/x', status: 404, within: 1m }, { tcp: '[::1]:80' }, { tcp: 'h:65535' } ]"),
                    unit("health: [ { exec: a b, expect: OK }, { exec: [ a ] }, { exec: { run: a } } ]"),
                    unit("service: { name: nginx, check: { tcp: '127.0.0.1:80', within: 2s } }"),
                    unit("service: { name: php-fpm8.2, check: { systemd: php8.2-fpm.service } }"),
                    unit("service: { name: a, check: { process: nginx } }"),
                    unit("service: { name: a, check: { exec: a b, expect: OK } }"),
                    unit("jobs: []"),
                    unit("jobs: [ { run: /usr/local/bin/rotate, every: 10m, timeout: 1m } ]"),
                    unit(
                            "jobs: [ { run: [ a, -b ], name: a.b, cron: '0 15 3 * * ?', zone: Europe/Berlin, user: www } ]"),
                    unit(
                            "jobs: [ { run: a, cron: '0 0 18 ? * FRI#2 2026-2030', missed: skip, overlap: replace, jitter: 0s } ]"),
                    unit("jobs: [ { report: sysinfo, every: 1s }, { report: drift, cron: '0 0 * * * ?' } ]")),
            "vars",
            List.of("", "a: 1\nb: x\nc: [ 1, { d: 1.5 } ]\ne: { f: true }\n\"g h\": ''\n", "1: one\n"));

    private static final Map<String, List<String>> BAD = Map.of(
            "fleet",
            List.of(
                    "",
                    "[]",
                    "fleet: x\n",
                    "tiers: [ web ]\n",
                    "fleet: X\ntiers: [ web ]\n",
                    "fleet: 1\ntiers: [ web ]\n",
                    "fleet: x\ntiers: web\n",
                    "fleet: x\ntiers: [ Web ]\n",
                    "fleet: x\ntiers: [ [ web ] ]\n",
                    "fleet: x\ntiers: [ { web: {}, db: {} } ]\n",
                    "fleet: x\ntiers: [ { web: { titel: x } } ]\n",
                    "fleet: x\ntiers: [ { web: { push: 'no' } } ]\n",
                    fleet("bogus: 1"),
                    fleet("sources: []"),
                    fleet("sources: { T: { git: x } }"),
                    fleet("sources: { t: {} }"),
                    fleet("sources: { t: { svn: 'git://h/x' } }"),
                    fleet("sources: { t: { svn: 'site' } }"),
                    fleet("sources: { t: { svn: 'svn://h/x', git: x } }"),
                    fleet("sources: { t: { svn: 'svn://u:p@h/x' } }"),
                    fleet("sources: { t: { git: 'ftp://h/x' } }"),
                    fleet("sources: { t: { git: 'https://u:p@h/x' } }"),
                    fleet("sources: { t: { git: x, ref: '-x' } }"),
                    fleet("sources: { t: { git: x, pick: newest } }"),
                    fleet("sources: { t: { git: x, ref: 'refs/tags/v*', pick: semver 1.2.3.4 } }"),
                    fleet("rollout: { order: { a: b } }"),
                    fleet("rollout: { canary: -1 }"),
                    fleet("rollout: { canary: 101% }"),
                    fleet("rollout: { canary: 1.5 }"),
                    fleet("rollout: { parallel: 0 }"),
                    fleet("rollout: { parallel: 0% }"),
                    fleet("rollout: { max-failures: -1 }"),
                    fleet("rollout: { soak: 30 }"),
                    fleet("rollout: { soak: 30 s }"),
                    fleet("rollout: { gate: {} }"),
                    fleet("rollout: { approve: [ 'a b' ] }"),
                    fleet("rollout: { approve: [ a, a ] }"),
                    fleet("drift: { heal: 1 }"),
                    fleet("drift: { check: often }"),
                    fleet("drift: true")),
            "hosts",
            List.of(
                    "[ web1 ]",
                    "web1:\n",
                    "web1: {}\n",
                    "Web1: { tier: web }\n",
                    "web_1: { tier: web }\n",
                    "web[a]: { tier: web }\n",
                    "web[1-2: { tier: web }\n",
                    "web1: { tier: Web }\n",
                    "web1: { tier: web, adress: x }\n",
                    "web1: { tier: web, address: 'a b' }\n",
                    "web1: { tier: web, address: 'a:22' }\n",
                    "web1: { tier: web, address: 10 }\n",
                    "web1: { tier: web, port: 0 }\n",
                    "web1: { tier: web, port: 65536 }\n",
                    "web1: { tier: web, port: '22' }\n",
                    "web1: { tier: web, user: Root }\n",
                    "web1: { tier: web, jump: 'a b' }\n",
                    "web1: { tier: web, host-key: AAAA }\n",
                    "web1: { tier: web, tags: [ 'a b' ] }\n",
                    "web1: { tier: web, tags: [ a, a ] }\n",
                    "web1: { tier: web, tags: { a: b } }\n",
                    "web1: { tier: web, vars: [ a ] }\n",
                    "web1: { tier: web, vars: { a: ~ } }\n"),
            "unit",
            List.of(
                    "",
                    "[]",
                    "unit: Base\n",
                    "unit: [ base ]\n",
                    unit("relaod: x"),
                    unit("service: {}"),
                    unit("service: { name: nginx }"),
                    unit("service: { check: { tcp: 'h:80' } }"),
                    unit("service: { name: 'a b', check: { tcp: 'h:80' } }"),
                    unit("service: { name: a, check: {} }"),
                    unit("service: { name: a, check: { systemd: a, within: 1s } }"),
                    unit("service: { name: a, check: { systemd: a, process: a } }"),
                    unit("service: { name: a, check: { process: a/b } }"),
                    unit("service: { name: a, check: { tcp: 'h:80', expect: x } }"),
                    unit("jobs: { run: a, every: 1m }"),
                    unit("jobs: [ a ]"),
                    unit("jobs: [ { run: a } ]"),
                    unit("jobs: [ { every: 1m } ]"),
                    unit("jobs: [ { run: a, report: sysinfo, every: 1m } ]"),
                    unit("jobs: [ { run: a, every: 1m, cron: '0 0 3 * * ?' } ]"),
                    unit("jobs: [ { run: a, every: 0s } ]"),
                    unit("jobs: [ { run: a, every: 1m, zone: UTC } ]"),
                    unit("jobs: [ { run: a, every: 1m, missed: skip } ]"),
                    unit("jobs: [ { run: a, cron: '0 3 * * *' } ]"),
                    unit("jobs: [ { run: a, cron: '0 0 3 * * ?', missed: never } ]"),
                    unit("jobs: [ { run: a, cron: '0 0 3 * * ?', zone: '+1' } ]"),
                    unit("jobs: [ { run: a, every: 1m, overlap: both } ]"),
                    unit("jobs: [ { run: a, every: 1m, timeout: 0s } ]"),
                    unit("jobs: [ { run: a, every: 1m, jitter: some } ]"),
                    unit("jobs: [ { run: a, every: 1m, user: Root } ]"),
                    unit("jobs: [ { run: a, every: 1m, name: A } ]"),
                    unit("jobs: [ { run: [], every: 1m } ]"),
                    unit("jobs: [ { report: weather, every: 1m } ]"),
                    unit("jobs: [ { report: sysinfo, every: 1m, user: root } ]"),
                    unit("jobs: [ { report: sysinfo, every: 1m, timeout: 1m } ]"),
                    unit("jobs: [ { backup: mysql, cron: '0 15 3 * * ?' } ]"),
                    unit("jobs: [ { log: /var/log/x, every: 1m } ]"),
                    unit("on: web"),
                    unit("on: { tiers: web }"),
                    unit("on: { tier: [] }"),
                    unit("on: { where: x }"),
                    unit("needs: [ A ]"),
                    unit("packages: [ 'a b' ]"),
                    unit("packages: [ foo- ]"),
                    unit("users: www"),
                    unit("users: [ -www ]"),
                    unit("users: [ { home: /srv } ]"),
                    unit("users: [ { name: a, home: srv } ]"),
                    unit("users: [ { name: a, uid: 1 } ]"),
                    unit("sysctl: { swappiness: 1 }"),
                    unit("sysctl: { vm.swappiness: [ 1 ] }"),
                    unit("sysctl: { vm.swappiness: '' }"),
                    unit("sysctl: [ a ]"),
                    unit("files: { to: /a, file: a }"),
                    unit("files: [ /etc/motd ]"),
                    file("to: /etc/motd"),
                    file("file: motd"),
                    file("to: /etc/motd, file: a, template: b"),
                    file("to: etc/motd, file: a"),
                    file("to: /, files: a"),
                    file("to: /etc//motd, file: a"),
                    file("to: /etc/../motd, file: a"),
                    file("to: /etc/./motd, file: a"),
                    file("to: \"/etc/a\\nb\", file: a"),
                    file("to: /proc/x, file: a"),
                    file("to: /var/lib/espalier-agent/x, file: a"),
                    file("to: /etc/motd/, file: a"),
                    file("to: /etc/motd, files: a"),
                    file("to: /etc/motd, file: 'a*'"),
                    file("to: /etc/motd, file: ../a"),
                    file("to: /etc/motd, file: a/../b"),
                    file("to: /etc/motd, file: /a"),
                    file("to: /etc/motd, file: a//b"),
                    file("to: /etc/motd, file: ./a"),
                    file("to: /etc/motd, file: a/"),
                    file("to: /etc/motd, file: a, mode: 0644"),
                    file("to: /etc/motd, file: a, mode: '4755'"),
                    file("to: /etc/motd, file: a, mode: 'u+x'"),
                    file("to: /etc/motd, file: a, owner: 'a:b'"),
                    file("to: /etc/motd, file: a, purge: true"),
                    file("to: /etc/motd, secret: a"),
                    file("to: /etc/motd, checkout: a"),
                    unit("validate: ''"),
                    unit("validate: []"),
                    unit("validate: [ '' ]"),
                    unit("validate: [ a, [ b ] ]"),
                    unit("validate: 1"),
                    unit("reload: { timeout: 1s }"),
                    unit("reload: { run: a, timeout: 0s }"),
                    unit("reload: { cmd: a }"),
                    unit("health: { tcp: 'h:80' }"),
                    unit("health: [ {} ]"),
                    unit("health: [ { tcp: 'h:80', http: 'http://h' } ]"),
                    unit("health: [ { tcp: h } ]"),
                    unit("health: [ { tcp: 'h:0' } ]"),
                    unit("health: [ { tcp: 'h:65536' } ]"),
                    unit("health: [ { http: h } ]"),
                    unit("health: [ { http: 'http://h', status: 99 } ]"),
                    unit("health: [ { http: 'http://h', expect: x } ]"),
                    unit("health: [ { exec: a, status: 200 } ]"),
                    unit("health: [ { exec: a, within: 0s } ]")),
            "vars",
            List.of("[ 1 ]", "a:\n", "a: [ ~ ]\n", "a: { b: null }\n", "sops: { mac: x }\n", "' ': 1\n"));
}

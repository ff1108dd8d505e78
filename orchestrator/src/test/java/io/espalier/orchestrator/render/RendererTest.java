package io.espalier.orchestrator.render;

import static io.espalier.orchestrator.fleet.Fleets.read;
import static io.espalier.orchestrator.fleet.Fleets.threeHosts;
import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.render.RenderedFile.Origin;
import io.espalier.orchestrator.source.TextSnapshot;
import io.espalier.protocol.HostName;
import io.espalier.protocol.wire.Facts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RendererTest {

    private final Renderer renderer = new Renderer();

    @AfterEach
    void close() {
        renderer.close();
    }

    @Test
    void templateSeesHostFleetVariablesRevisionAndFacts() {
        var source = threeHosts()
                .with("vars/all.yaml", "workers: 4\nratio: 0.5\nbig: 12345678\non: true\nlist: [ a, b ]\n")
                .with("templates/motd.ftl", """
                        ${host.name} ${host.address} ${host.tier} ${host.tags?join(",")} ${host.vars.workers}
                        ${fleet.name}<#list fleet.hosts as h> ${h.name}</#list>
                        <#list fleet.tiers.web as h>${h.address} </#list>
                        <#list fleet.tags.mobile as h>${h.name} ${h.vars.workers} </#list>
                        ${vars.workers} ${vars.ratio} ${vars.big} ${vars.on} ${vars.list[1]}
                        ${revision}
                        ${facts.cpus} ${facts.memory} ${facts.os} ${facts.interfaces[0].addresses[0]}
                        """);
        var facts = new Facts(
                "w1",
                8,
                17_179_869_184L,
                "Debian",
                "6.1",
                "amd64",
                List.of(new Facts.Interface("eth0", List.of("10.0.3.1"))));

        assertThat(motd(source, "web1", facts))
                .isEqualTo("""
                web1 10.0.3.1 web mobile 4
                shop db1 web1 web2
                10.0.3.1 10.0.3.2\s
                web1 4\s
                4 0.5 12345678 true b
                %s
                8 17179869184 Debian 10.0.3.1
                """.formatted(source.commit().revision().id()));
    }

    @Test
    void globsLayFilesBelowTheirFolderWithoutTheSuffix() {
        var source = threeHosts()
                .with("units/base.yaml", """
                        unit: base
                        files:
                          - { to: /etc/conf.d/, templates: "conf.d/*.ftl", purge: true, mode: "0600" }
                          - { to: /srv/www/, files: "www/**" }
                        """)
                .with("templates/conf.d/b.conf.ftl", "b ${host.name}")
                .with("templates/conf.d/a.conf.ftl", "a")
                .with("templates/conf.d/deep/c.conf.ftl", "c")
                .with("templates/conf.d/readme.md", "no")
                .with("files/www/index.html", "${not.a.template}")
                .with("files/www/css/site.css", "css");

        RenderedHost host = rendered(source, Optional.empty(), "web1");
        RenderedHost.RenderedUnit unit = host.units().getFirst();

        assertThat(unit.files().stream().map(RenderedFile::path))
                .containsExactly(
                        "/etc/conf.d/a.conf", "/etc/conf.d/b.conf", "/srv/www/css/site.css", "/srv/www/index.html");
        assertThat(unit.purged()).containsExactly("/etc/conf.d/");
        assertThat(unit.files().get(1).origin()).isEqualTo(new Origin("shop", "templates/conf.d/b.conf.ftl"));
        assertThat(unit.files().get(1).mode()).isEqualTo(0600);
        assertThat(text(unit.files().get(1))).isEqualTo("b web1");
        assertThat(text(unit.files().get(3))).isEqualTo("${not.a.template}");
    }

    @Test
    void templateSourceTakesThePlaceOfTheFolder() {
        var source = threeHosts().with("units/base.yaml", """
                        unit: base
                        files:
                          - { to: /etc/motd, template: motd.ftl }
                          - { to: /etc/own, file: own }
                          - { to: /etc/other, file: lib/other }
                        """).with("files/own", "own");
        var templates = TextSnapshot.of("templates")
                .with("motd.ftl", "from the source")
                .with("own", "not this")
                .with("lib/other", "other");

        List<RenderedFile> files = rendered(source, Optional.of(templates), "web1")
                .units()
                .getFirst()
                .files();

        assertThat(files.stream().map(RendererTest::text)).containsExactly("from the source", "other", "own");
        assertThat(files.stream().map(file -> file.origin().toString()))
                .containsExactly("templates:motd.ftl", "templates:lib/other", "shop:files/own");
    }

    @Test
    void includesAndImportsStayWithinTheTemplates() {
        var source = threeHosts()
                .with("templates/motd.ftl", """
                        <#include "lib/head.ftl">
                        <#import "/lib/macros.ftl" as m>
                        <@m.greet who="you"/>
                        <#include "lib/raw.txt" parse=false>
                        <#include "absent.ftl" ignore_missing=true>
                        """)
                .with("templates/lib/head.ftl", "<#include \"../lib/inner.ftl\">\n")
                .with("templates/lib/inner.ftl", "inner of ${host.name}\n")
                .with("templates/lib/macros.ftl", "<#macro greet who>hello ${who}\n</#macro>")
                .with("templates/lib/raw.txt", "${raw}\n");

        assertThat(motd(source, "web1", Facts.NONE).lines().filter(line -> !line.isBlank()))
                .containsExactly("inner of web1", "hello you", "${raw}");
    }

    @Test
    void oneUnitCanBeRenderedAlone() {
        var source = threeHosts().with("units/bad.yaml", "unit: bad\nfiles: [ { to: /x, template: absent.ftl } ]\n");
        Fleet fleet = read(source);

        Rendering rendering = renderer.of(fleet, source, Optional.empty())
                .render(fleet.hosts().get(new HostName("web1")), Facts.NONE, "base");

        assertThat(rendering).isInstanceOf(Rendering.Done.class);
    }

    @Test
    void sameInputGivesTheSameBytesWhateverTheProcessIsSetTo() {
        var source = threeHosts()
                .with("vars/all.yaml", "n: 1234567.5\nt: [ b, ä, a ]\nm: { z: 1, b: 2, a: 3 }\n")
                .with("templates/motd.ftl", """
                        ${vars.n} ${vars.n?string("0.00")} ${"title"?upper_case} ${vars.t?sort?join(" ")}
                        <#list vars.m as k, v>${k}${v}</#list> <#list host as k, v>${k} </#list><#list facts as k, v>${k} </#list>
                        ${"2026-01-02 03:04"?datetime("yyyy-MM-dd HH:mm")?string("EEEE HH:mm zzz")}
                        """);
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        String first = motd(source, "web1", Facts.NONE);
        try (var other = new Renderer()) {
            Locale.setDefault(Locale.forLanguageTag("tr-TR"));
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
            Fleet fleet = read(source);
            FleetRenderer again = other.of(fleet, source, Optional.empty());
            for (int i = 0; i < 20; i++) {
                again.render(fleet.hosts().get(new HostName(i % 2 == 0 ? "db1" : "web2")), Facts.NONE);
            }
            var done = (Rendering.Done) again.render(fleet.hosts().get(new HostName("web1")), Facts.NONE);

            assertThat(text(done.host().units().getFirst().files().getFirst())).isEqualTo(first);
            assertThat(first).startsWith("1234567.5 1234567.50 TITLE").contains("z1b2a3");
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void missingVariableNamesPlaceHostAndTheNearestName() {
        assertThat(problem("a\n  worker_processes ${vars.wokers};\n", "workers: 4\n"))
                .isEqualTo(
                        "templates/motd.ftl:2:22 web1: variable 'vars.wokers' is not set (did you mean 'vars.workers'?)");
        assertThat(problem("${workers}", "workers: 4\n"))
                .isEqualTo("templates/motd.ftl:1:3 web1: variable 'workers' is not set (did you mean 'vars.workers'?)");
        assertThat(problem("${vars.db.prot}", "db: { port: 1 }\n"))
                .isEqualTo(
                        "templates/motd.ftl:1:3 web1: variable 'vars.db.prot' is not set (did you mean 'vars.db.port'?)");
        assertThat(problem("${vars.db.port}", "x: 1\n"))
                .isEqualTo("templates/motd.ftl:1:3 web1: variable 'vars.db' is not set");
        assertThat(problem("<#list fleet.tiers.wbe as h></#list>", "x: 1\n"))
                .isEqualTo(
                        "templates/motd.ftl:1:8 web1: variable 'fleet.tiers.wbe' is not set (did you mean 'fleet.tiers.web'?)");
    }

    @Test
    void everyOtherErrorIsOneLineToo() {
        assertThat(problem("x ${vars.list}", "list: [ 1 ]\n"))
                .isEqualTo(
                        "templates/motd.ftl:1:5 web1: expected a string or something automatically convertible to string"
                                + " (number, date or boolean), but 'vars.list' is a sequence");
        assertThat(problem("<#if vars.n></#if>", "n: 1\n"))
                .isEqualTo("templates/motd.ftl:1:6 web1: expected a boolean, but 'vars.n' is a number");
        assertThat(problem("<#if true>", "n: 1\n"))
                .startsWith("templates/motd.ftl:1:10 web1: Unexpected end of file reached. You have an unclosed #if.")
                .doesNotContain("\n");
        assertThat(problem("${a b}", "n: 1\n"))
                .startsWith("templates/motd.ftl:1:5 web1: ")
                .doesNotContain("\n");
        assertThat(problem("<#bogus>", "n: 1\n"))
                .startsWith("templates/motd.ftl:1:")
                .contains("web1: ")
                .doesNotContain("\n");
        assertThat(problem("<#stop 'no ' + host.name>", "n: 1\n"))
                .isEqualTo("templates/motd.ftl:1:1 web1: stopped: no web1");
        assertThat(problem("<#include 'absent.ftl'>", "n: 1\n"))
                .isEqualTo("templates/motd.ftl:1:1 web1: there is no template 'absent.ftl'");
        assertThat(problem("${1/0}", "n: 1\n"))
                .startsWith("templates/motd.ftl:1:")
                .contains("web1: ")
                .doesNotContain("\n");
        assertThat(problem("${'x'?number}", "n: 1\n"))
                .isEqualTo("templates/motd.ftl:1:1 web1: Can't convert this string to number: \"x\"");
    }

    @Test
    void errorInAnIncludedTemplateNamesThatTemplate() {
        var source = threeHosts()
                .with("templates/motd.ftl", "<#include 'lib/part.ftl'>")
                .with("templates/lib/part.ftl", "\n${vars.absent}");

        assertThat(problems(source, Optional.empty()))
                .containsExactly("templates/lib/part.ftl:2:3 web1: variable 'vars.absent' is not set");
    }

    @Test
    void templateOfASourceIsNamedWithIt() {
        var templates = TextSnapshot.of("templates").with("motd.ftl", "${vars.absent}");

        assertThat(problems(threeHosts(), Optional.of(templates)))
                .containsExactly("templates:motd.ftl:1:3 web1: variable 'vars.absent' is not set");
    }

    @Test
    void whatAUnitNamesMustBeThere() {
        var source = threeHosts().with("units/base.yaml", """
                unit: base
                files:
                  - { to: /etc/motd, template: motdd.ftl }
                  - { to: /etc/x, file: absent }
                  - { to: /etc/x.d/, templates: "absent/*.ftl" }
                """);

        assertThat(problems(source, Optional.empty()))
                .containsExactly(
                        "units/base.yaml:3 web1: there is no template 'templates/motdd.ftl', did you mean 'motd.ftl'?",
                        "units/base.yaml:4 web1: there is no file 'files/absent'",
                        "units/base.yaml:5 web1: nothing matches 'absent/*.ftl'");
    }

    @Test
    void twoUnitsThatLayOnePathAreBothNamed() {
        var source = threeHosts()
                .with("units/other.yaml", "unit: other\nfiles:\n  - { to: /etc/motd, template: motd.ftl }\n")
                .with("units/third.yaml", "unit: third\nfiles:\n  - { to: /etc/MOTD, template: motd.ftl }\n")
                .with("units/fourth.yaml", "unit: fourth\nfiles:\n  - { to: /etc/motd/x, template: motd.ftl }\n")
                .with("units/zap.yaml", "unit: zap\nfiles:\n  - { to: /etc, template: motd.ftl }\n");

        assertThat(problems(source, Optional.empty()))
                .containsExactlyInAnyOrder(
                        "units/other.yaml:3 web1: path '/etc/motd' of unit 'other' is also laid by unit 'base' (units/base.yaml:3)",
                        "units/third.yaml:3 web1: path '/etc/MOTD' of unit 'third' differs only in case from '/etc/motd' of unit 'base' (units/base.yaml:3)",
                        "units/fourth.yaml:3 web1: path '/etc/motd/x' of unit 'fourth' lies below the file '/etc/motd' of unit 'base' (units/base.yaml:3)",
                        "units/zap.yaml:3 web1: path '/etc' of unit 'zap' is a folder for '/etc/motd' of unit 'base' (units/base.yaml:3)");
    }

    private String problem(String template, String vars) {
        var source = threeHosts().with("templates/motd.ftl", template).with("vars/all.yaml", vars);
        List<String> problems = problems(source, Optional.empty());
        assertThat(problems).hasSize(1);
        return problems.getFirst();
    }

    private List<String> problems(TextSnapshot source, Optional<TextSnapshot> templates) {
        Rendering rendering = rendering(source, templates, "web1", Facts.NONE);
        assertThat(rendering).isInstanceOf(Rendering.Failed.class);
        return ((Rendering.Failed) rendering)
                .problems().stream().map(Problem::toString).toList();
    }

    @Test
    void changeAnywhereIsSeenWhetherTemplatesAreParsedAgainOrNot() {
        var first = threeHosts()
                .with("vars/all.yaml", "level: 1\n")
                .with("templates/part.ftl", "part ${vars.level}")
                .with("templates/motd.ftl", "<#include 'part.ftl'>");
        var otherVariable = first.with("vars/all.yaml", "level: 2\n");
        var otherPart = otherVariable.with("templates/part.ftl", "new part ${vars.level}");

        assertThat(motd(first, "web1", Facts.NONE)).isEqualTo("part 1");
        assertThat(motd(otherVariable, "web1", Facts.NONE)).isEqualTo("part 2");
        assertThat(motd(otherPart, "web1", Facts.NONE)).isEqualTo("new part 2");
        assertThat(motd(first, "web1", Facts.NONE)).isEqualTo("part 1");
    }

    @Test
    void commitThatChangesNoTemplateHasNoneParsedAgain() {
        var source = threeHosts().with("vars/all.yaml", "level: 1\n").with("templates/motd.ftl", "${vars.level}");
        motd(source, "web1", Facts.NONE);
        int before = renderer.templateSets();

        motd(source.with("vars/all.yaml", "level: 2\n"), "web1", Facts.NONE);

        assertThat(renderer.templateSets()).isEqualTo(before);
        motd(source.with("templates/motd.ftl", "level ${vars.level}"), "web1", Facts.NONE);
        assertThat(renderer.templateSets()).isEqualTo(before + 1);
    }

    private String motd(TextSnapshot source, String host, Facts facts) {
        Rendering rendering = rendering(source, Optional.empty(), host, facts);
        assertThat(rendering).isInstanceOf(Rendering.Done.class);
        return text(
                ((Rendering.Done) rendering).host().units().getFirst().files().getFirst());
    }

    private RenderedHost rendered(TextSnapshot source, Optional<TextSnapshot> templates, String host) {
        Rendering rendering = rendering(source, templates, host, Facts.NONE);
        assertThat(rendering).isInstanceOf(Rendering.Done.class);
        return ((Rendering.Done) rendering).host();
    }

    private Rendering rendering(TextSnapshot source, Optional<TextSnapshot> templates, String host, Facts facts) {
        Fleet fleet = read(source);
        return renderer.of(fleet, source, templates.map(snapshot -> snapshot))
                .render(fleet.hosts().get(new HostName(host)), facts);
    }

    private static String text(RenderedFile file) {
        return new String(file.content().bytes(), StandardCharsets.UTF_8);
    }
}

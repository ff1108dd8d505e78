package io.espalier.orchestrator.release;

import static io.espalier.orchestrator.fleet.Fleets.threeHosts;
import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.render.Renderer;
import io.espalier.orchestrator.render.TracedLine;
import io.espalier.orchestrator.render.TracedLine.Spot;
import io.espalier.orchestrator.source.TextSnapshot;
import io.espalier.protocol.HostName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainTest {

    private static final HostName WEB1 = new HostName("web1");
    private static final String MOTD = "templates/motd.ftl";

    @TempDir
    Path data;

    private Renderer renderer;
    private ReleaseBuilder builder;

    @BeforeEach
    void open() {
        renderer = new Renderer();
        builder = new ReleaseBuilder(
                renderer, new ObjectStore(data.resolve("objects")), new Provenances(data.resolve("provenance")));
    }

    @AfterEach
    void close() {
        renderer.close();
    }

    private ReleaseBuilder.Explained explained(TextSnapshot source, String path) {
        return builder.explain(source, (_, _) -> Optional.empty(), WEB1, path, Map.of())
                .orElseThrow();
    }

    /** The lines of the message of the day, which must be those that are rendered for good. */
    private List<TracedLine> lines(TextSnapshot source) {
        ReleaseBuilder.Explained explained = explained(source, "/etc/motd");
        String text = new String(explained.file().content().bytes(), StandardCharsets.UTF_8);
        assertThat(explained.lines().stream().map(line -> line.text() + "\n").collect(Collectors.joining()))
                .isEqualTo(text.endsWith("\n") || text.isEmpty() ? text : text + "\n");
        return explained.lines();
    }

    private static Spot motd(int line) {
        return new Spot(MOTD, line);
    }

    @Test
    void eachLineNamesItsTemplateLineAndWhatItRead() {
        List<TracedLine> lines = lines(threeHosts()
                .with("vars/all.yaml", "greeting: hello\nsite: { port: 80 }\n")
                .with(MOTD, """
                        # one
                        ${vars.greeting} from ${host.name}

                        port ${host.vars.site.port}
                        last"""));

        assertThat(lines)
                .containsExactly(
                        new TracedLine("# one", List.of(motd(1)), Map.of()),
                        new TracedLine(
                                "hello from web1",
                                List.of(motd(2)),
                                Map.of("vars.greeting", "hello", "host.name", "web1")),
                        new TracedLine("", List.of(motd(3)), Map.of()),
                        new TracedLine("port 80", List.of(motd(4)), Map.of("vars.site.port", "80")),
                        new TracedLine("last", List.of(motd(5)), Map.of()));
    }

    @Test
    void loopsConditionsAndHostsOfTheFleetAreToldWhereTheyAct() {
        List<TracedLine> lines = lines(threeHosts()
                .with("vars/all.yaml", "ports: [ 80, 443 ]\non: true\n")
                .with(MOTD, """
                        <#list vars.ports as p>
                        listen ${p}
                        </#list>
                        <#if vars.on>
                        on
                        </#if>
                        <#list fleet.tiers.db as h>
                        db ${h.name} ${h.address}
                        </#list>
                        end
                        """));

        assertThat(lines)
                .extracting(TracedLine::text)
                .containsExactly("listen 80", "listen 443", "on", "db db1 10.0.4.1", "end");
        assertThat(lines.get(0).variables()).isEqualTo(Map.of("vars.ports[0]", "80"));
        assertThat(lines.get(1).spots()).containsExactly(motd(2));
        assertThat(lines.get(1).variables()).isEqualTo(Map.of("vars.ports[1]", "443"));
        assertThat(lines.get(2).spots()).containsExactly(motd(5));
        assertThat(lines.get(2).variables()).isEqualTo(Map.of("vars.on", "true"));
        assertThat(lines.get(3).variables())
                .isEqualTo(Map.of("fleet.hosts.db1.name", "db1", "fleet.hosts.db1.address", "10.0.4.1"));
        assertThat(lines.get(4).spots()).containsExactly(motd(10));
        assertThat(lines.get(4).variables()).isEmpty();
    }

    @Test
    void includedLinesAreOfTheTemplateThatHoldsThem() {
        List<TracedLine> lines = lines(threeHosts()
                .with("templates/head.ftl", "managed\nby hand of nobody\n")
                .with(MOTD, """
                        <#include "head.ftl">
                        mine
                        """));

        assertThat(lines)
                .extracting(line -> line.spots().getFirst())
                .containsExactly(new Spot("templates/head.ftl", 1), new Spot("templates/head.ftl", 2), motd(2));
    }

    @Test
    void builtInsSeeTheSameValuesAsInARealRendering() {
        List<TracedLine> lines = lines(threeHosts()
                .with("vars/all.yaml", "m: { b: 2, a: 1 }\nl: [ 3, 1, 2 ]\nt: Text\nf: true\n")
                .with(MOTD, """
                        <#list vars.m as k, v>${k}=${v} </#list>
                        ${vars.l?sort?join(",")} ${vars.m?keys?join(" ")} ${vars.l?size} ${vars.t?upper_case}
                        ${vars.f?then("yes", "no")} ${(vars.none)!"none"} ${vars.m?values?join("-")} ${vars.l[1..]?join("+")}
                        <#if vars.l?seq_contains(3)>has</#if> ${vars.t?length} ${vars.m?size}
                        """));

        assertThat(lines.getFirst().text()).isEqualTo("b=2 a=1 ");
    }

    @Test
    void copiedFileIsExplainedByItself() {
        TextSnapshot source = threeHosts()
                .with("units/base.yaml", "unit: base\nfiles:\n  - { to: /etc/motd, file: motd }\n")
                .with("files/motd", "one\ntwo ${not.a.variable}\n");

        assertThat(lines(source))
                .containsExactly(
                        new TracedLine("one", List.of(new Spot("files/motd", 1)), Map.of()),
                        new TracedLine("two ${not.a.variable}", List.of(new Spot("files/motd", 2)), Map.of()));
    }

    @Test
    void whatIsNotLaidOrCannotBeRenderedIsNotExplained() {
        assertThat(builder.explain(threeHosts(), (_, _) -> Optional.empty(), WEB1, "/etc/other", Map.of()))
                .isEmpty();
        assertThat(builder.explain(
                        threeHosts().with(MOTD, "${vars.missing}\n"),
                        (_, _) -> Optional.empty(),
                        WEB1,
                        "/etc/motd",
                        Map.of()))
                .isEmpty();
    }
}

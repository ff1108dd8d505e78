package io.espalier.orchestrator.render;

import static io.espalier.orchestrator.fleet.Fleets.read;
import static io.espalier.orchestrator.fleet.Fleets.threeHosts;
import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.source.TextSnapshot;
import io.espalier.protocol.HostName;
import io.espalier.protocol.wire.Facts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template must not reach, and what it must not take. */
class FenceTest {

    /** Small in all but time, so that the tests are quick and a busy machine does not change their answer. */
    private static final Limits SMALL = new Limits(Duration.ofSeconds(20), 100_000, 100_000, 64L << 20);

    /** For what ends by time alone. */
    private static final Limits SHORT = new Limits(Duration.ofMillis(500), 100_000, 1L << 40, 1L << 40);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${\"freemarker.template.utility.Execute\"?new()(\"id\")}",
                "<#assign ex=\"freemarker.template.utility.Execute\"?new()>${ex(\"id\")}",
                "${\"freemarker.template.utility.ObjectConstructor\"?new()(\"java.lang.ProcessBuilder\",\"id\").start()}",
                "${\"freemarker.template.utility.JythonRuntime\"?new()}",
                "${host?api.class}",
                "${vars?api.class.protectionDomain.classLoader}",
                "${host.class.classLoader}",
                "${host.getClass().forName('java.lang.Runtime')}",
                "${vars.values()}",
                "${host.name.class}",
                "${'1+1'?eval}",
                "<#assign t='${1}'?interpret><@t/>",
                "${'x'?has_api?c}",
                "${.data_model.class}",
                "${.globals?keys?join(' ')}",
                "${.main.class}",
                "${.globals.java}",
                "${.locale_object.class}",
                "${.localeObject}",
                "${.version}",
                "${statics['java.lang.System'].exit(1)}",
                "${objectConstructor('java.io.File','/etc/passwd')}",
                "<#include '/etc/passwd'>",
                "<#include '../../../../etc/passwd'>",
                "<#include 'lib/../../fleet.yaml'>",
                "<#include '../fleet.yaml' parse=false>",
                "<#include 'file:///etc/passwd'>",
                "<#include 'classpath:/application.properties'>",
                "<#include 'http://127.0.0.1/x'>",
                "<#include '*/motd.ftl'>",
                "<#include '/*/fleet.yaml'>",
                "<#include '..\\\\..\\\\etc\\\\passwd'>",
                "<#include 'a%2e%2e/b'>",
                "<#include 'a\\x0000.ftl'>",
                "<#import '/etc/passwd' as x>",
                "<#assign x=.get_optional_template('../fleet.yaml')>${x.exists?c}",
                "<#setting locale='../../etc'><#include 'motd'>",
                "<#setting classic_compatible=true>${vars.absent}",
                "<#setting classicCompatible=true>",
                "<#ftl encoding='UTF-7'>",
            })
    void wayOutIsRefused(String template) {
        assertThat(outcome(template)).isInstanceOf(Rendering.Failed.class);
    }

    @Test
    void optionalTemplateOutsideIsSimplyNotThere() {
        assertThat(text("<#assign x=.get_optional_template('absent.ftl')>${x.exists?c}"))
                .isEqualTo("false");
    }

    @Test
    void dataModelHoldsNothingButWhatIsDocumented() {
        assertThat(text("${.data_model?keys?sort?join(' ')}")).isEqualTo("facts fleet host revision vars");
    }

    /** Wherever an expression can stand, the fence must see into it. */
    static Stream<String> placesForTheClock() {
        return Stream.of(
                "${.now}",
                "${.now?iso_utc}",
                "<#if .now?has_content></#if>",
                "<#if false><#elseif .now??></#if>",
                "<#list [.now] as x></#list>",
                "<#assign x=.now>",
                "<#assign x={'a':.now}>",
                "<#assign x>${.now}</#assign>",
                "<#global x=.now>",
                "<#macro m><#local x=.now></#macro>",
                "<#macro m a=.now></#macro>",
                "<#function f><#return .now></#function>",
                "<#macro m></#macro><@m a=.now/>",
                "<#macro m a></#macro><@m .now/>",
                "<@m; x>${.now}</@m>",
                "${\"a ${.now}\"}",
                "${true?then(1, .now)}",
                "${1?switch(1, .now)}",
                "${[1]?map(x -> .now)}",
                "${[1]?filter(x -> .now??)}",
                "${vars[.now]}",
                "${(.now)!}",
                "${vars.x!.now}",
                "${x(.now)}",
                "${-(.now)}",
                "${!(.now)}",
                "${.now + 1}",
                "${.now?string + 'a'}",
                "${1 + .now}",
                "${.now == 1}",
                "${.now && true}",
                "${true || .now}",
                "${1..(.now)}",
                "${'a'[0..(.now)]}",
                "<#switch .now><#case .now></#switch>",
                "<#switch 1><#on .now></#switch>",
                "<#include .now>",
                "<#setting locale=.now>",
                "<#stop .now>",
                "<#attempt>${.now}<#recover>${.now}</#attempt>",
                "<#escape x as .now>${1}</#escape>",
                "<#noparse></#noparse>${.now}",
                "<#list 1..2 as x>${x}<#sep>${.now}<#else>${.now}</#list>",
                "<#macro m><#nested .now></#macro>",
                "<#visit .now>",
                "<#recurse .now>",
                "<#outputformat 'HTML'>${.now}</#outputformat>",
                "${'x'?replace('a', .now)}",
                "${.now!'x'}",
                "<#compress>${.now}</#compress>",
                "${(.now)}",
                "<#list xs><#items as x>${.now}</#items></#list>",
                "<#assign x += .now>",
                "${m?with_args(a=.now)}",
                "${m?with_args([.now])}",
                "<#t>${.now}",
                "<#noautoesc>${.now}</#noautoesc>",
                "${x.y(.now)}",
                "${['a', .now]?join('')}");
    }

    @ParameterizedTest
    @MethodSource("placesForTheClock")
    void clockIsRefusedWhereverItIsAsked(String template) {
        for (String refused : List.of(".now", "'1'?eval", "'a.B'?new", "'1'?interpret")) {
            String tried = template.replace(".now", refused);
            List<String> problems = problems(tried);

            assertThat(problems).as(tried).hasSize(1);
            assertThat(problems.getFirst()).as(tried).contains("cannot be used in a template");
        }
    }

    @Test
    void refusalSaysWhereAndWhat() {
        assertThat(problems("a\n ${.now}"))
                .containsExactly("templates/motd.ftl:2:4 web1: '.now' cannot be used in a template");
        assertThat(problems("${'1'?eval}"))
                .containsExactly("templates/motd.ftl:1:3 web1: '?eval' cannot be used in a template");
    }

    @Test
    void endlessLoopWithoutOutputEnds() {
        assertThat(problems("<#list 1.. as x></#list>"))
                .containsExactly("templates/motd.ftl:1:1 web1: takes more than 100000 steps");
        assertThat(problems("<#list 1..1000000000 as x><#if x == 0>a</#if></#list>")
                        .getFirst())
                .contains("steps");
    }

    @Test
    void endlessOutputEnds() {
        assertThat(problems("<#list 1.. as x>0123456789</#list>").getFirst()).endsWith("gives more than 100000 bytes");
        assertThat(problems("<#assign s><#list 1.. as x>0123456789</#list></#assign>")
                        .getFirst())
                .contains("takes more than");
    }

    @Test
    void slowTemplateEndsByTime() {
        try (var renderer = new Renderer(SHORT)) {
            assertThat(lines(renderer, "<#list 1.. as x></#list>"))
                    .containsExactly("templates/motd.ftl:1:1 web1: takes longer than 500 ms");
        }
    }

    @Test
    void attemptDoesNotCatchALimit() {
        assertThat(problems("<#attempt><#list 1.. as x></#list><#recover>caught</#attempt>")
                        .getFirst())
                .contains("takes more than 100000 steps");
    }

    @Test
    void textThatDoublesEndsBeforeItFillsTheMemory() {
        assertThat(problems("<#assign s='0123456789abcdef'><#list 1..40 as i><#assign s = s + s></#list>")
                        .getFirst())
                .contains("takes more than 67108864 bytes of memory");
    }

    @Test
    void recursionWithoutEndEnds() {
        assertThat(problems("<#macro m><@m/></#macro><@m/>").getFirst()).contains("web1: ");
        assertThat(problems("<#function f n><#return f(n + 1)></#function>${f(0)}")
                        .getFirst())
                .contains("web1: ");
        assertThat(problems("<#include 'motd.ftl'>").getFirst()).contains("web1: ");
        assertThat(problems("<#function f n><#if n lt 2><#return 1></#if><#return f(n-1) + f(n-2)></#function>${f(60)}")
                        .getFirst())
                .contains("takes more than 100000 steps");
    }

    @Test
    void deepNestingIsRefusedAndNotACrash() {
        String deep = "(".repeat(50_000) + "1" + ")".repeat(50_000);

        assertThat(problems("${" + deep + "}").getFirst()).contains("web1: ");
        assertThat(problems("<#if true>".repeat(20_000) + "</#if>".repeat(20_000))
                        .getFirst())
                .contains("web1: ");
    }

    @Test
    void expressionThatNeverEndsIsGivenUpAndItsTemplateNotTriedAgain() {
        // An expression that no guard sees into: FreeMarker evaluates the whole filter at once.
        String endless = "<#assign n = (1..2000000000)?filter(x -> x lt 0)?size>";
        try (var renderer = new Renderer(SHORT)) {
            assertThat(lines(renderer, endless))
                    .containsExactly("templates/motd.ftl web1: does not end (limit: 500 ms)");
            assertThat(lines(renderer, endless))
                    .containsExactly("templates/motd.ftl web1: did not end when it was rendered before");
            assertThat(rendering(renderer, "still ${host.name}")).isInstanceOf(Rendering.Done.class);
        }
    }

    @Test
    void templatesMustBeUtf8AndNothingIsEscaped() {
        assertThat(text("<#assign x='<&>'>${x} ä")).isEqualTo("<&> ä");
    }

    private Rendering outcome(String template) {
        try (var renderer = new Renderer(SMALL)) {
            return rendering(renderer, template);
        }
    }

    private List<String> problems(String template) {
        try (var renderer = new Renderer(SMALL)) {
            return lines(renderer, template);
        }
    }

    private static List<String> lines(Renderer renderer, String template) {
        Rendering rendering = rendering(renderer, template);
        assertThat(rendering)
                .as(template.lines().limit(1).collect(Collectors.joining()))
                .isInstanceOf(Rendering.Failed.class);
        List<String> problems = ((Rendering.Failed) rendering)
                .problems().stream().map(Problem::toString).toList();
        assertThat(problems).allSatisfy(problem -> assertThat(problem).doesNotContain("\n"));
        return problems;
    }

    private String text(String template) {
        var done = (Rendering.Done) outcome(template);
        return new String(
                done.host().units().getFirst().files().getFirst().content().bytes(), StandardCharsets.UTF_8);
    }

    private static Rendering rendering(Renderer renderer, String template) {
        TextSnapshot source = threeHosts().with("templates/motd.ftl", template);
        Fleet fleet = read(source);
        return renderer.of(fleet, source, Optional.empty()).render(fleet.hosts().get(new HostName("web1")), Facts.NONE);
    }
}

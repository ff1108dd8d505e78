package io.espalier.orchestrator.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.RunningOrchestrator;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest.Builder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.util.pattern.PathPatternParser;

class AccessIT {

    @TempDir
    static Path data;

    static RunningOrchestrator orchestrator;

    @BeforeAll
    static void start() {
        orchestrator = RunningOrchestrator.start(data);
    }

    @AfterAll
    static void stop() {
        orchestrator.close();
    }

    private record Mapping(HttpMethod method, String pattern) {
        String examplePath() {
            return pattern.replaceAll("\\{\\*[^}]+}", "x")
                    .replaceAll("\\{[^}]+}", "1")
                    .replace("**", "x");
        }
    }

    private static List<Mapping> mappings() {
        var all = new ArrayList<Mapping>();
        for (RequestMappingInfoHandlerMapping handlers : orchestrator
                .context()
                .getBeansOfType(RequestMappingInfoHandlerMapping.class)
                .values()) {
            for (RequestMappingInfo info : handlers.getHandlerMethods().keySet()) {
                Set<RequestMethod> methods =
                        info.getMethodsCondition().getMethods().isEmpty()
                                ? Set.of(RequestMethod.GET, RequestMethod.POST)
                                : info.getMethodsCondition().getMethods();
                for (String pattern : info.getPatternValues()) {
                    methods.forEach(method -> all.add(new Mapping(method.asHttpMethod(), pattern)));
                }
            }
        }
        return all;
    }

    private static Optional<AccessRules.Rule> rule(Mapping mapping) {
        var path = PathContainer.parsePath(mapping.examplePath());
        return AccessRules.ALL.stream()
                .filter(rule -> rule.method() == null || rule.method().equals(mapping.method()))
                .filter(rule ->
                        PathPatternParser.defaultInstance.parse(rule.pattern()).matches(path))
                .findFirst();
    }

    @Test
    void everyMappingHasARule() {
        List<Mapping> mappings = mappings();

        assertThat(mappings).hasSizeGreaterThan(50);
        assertThat(mappings.stream().filter(mapping -> rule(mapping).isEmpty()))
                .as("mappings that no rule names; add them to AccessRules")
                .isEmpty();
    }

    @Test
    void whatIsNotOpenIsRefusedToStrangers() {
        Map<String, Integer> answers = new LinkedHashMap<>();
        mappings().stream()
                .filter(mapping ->
                        rule(mapping).flatMap(AccessRules.Rule::right).isPresent())
                .forEach(mapping -> answers.put(
                        mapping.method() + " " + mapping.pattern(),
                        orchestrator
                                .send(orchestrator
                                        .request(mapping.examplePath())
                                        .method(mapping.method().name(), BodyPublishers.noBody()))
                                .statusCode()));

        assertThat(answers).isNotEmpty();
        // 403: a POST without the token of a form is refused before anybody asks who sends it
        assertThat(answers.values()).allMatch(status -> status == 401 || status == 302 || status == 403);
        assertThat(answers.entrySet().stream()
                        .filter(answer -> answer.getKey().startsWith("GET"))
                        .map(Map.Entry::getValue)
                        .collect(Collectors.toSet()))
                .containsExactly(401);
    }

    @Test
    void onlyHealthSignInHooksAndFilesAreOpen() {
        assertThat(AccessRules.ALL.stream()
                        .filter(rule -> rule.right().isEmpty())
                        .map(AccessRules.Rule::pattern))
                .containsExactly(
                        "/actuator/health/**",
                        "/hooks/**",
                        "/assets/**",
                        "/webjars/**",
                        "/static/**",
                        "/favicon.ico",
                        "/sign-in",
                        "/error");
    }

    @Test
    void strangersGetAProblemWithItsReason() {
        HttpResponse<String> answer = orchestrator.send(orchestrator.request("/api/v1/status"));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("\"reason\":\"not-signed-in\"");
    }

    @Test
    void unknownAddressesAreRefusedToStrangersAndUsersAlike() {
        assertThat(orchestrator.send(orchestrator.request("/no/such/page")).statusCode())
                .isEqualTo(401);
        assertThat(orchestrator.send(orchestrator.asAdmin("/no/such/page")).statusCode())
                .isEqualTo(403);
    }

    @Test
    void tokenMayNotDoMoreThanItsRights() {
        String reader = token(Right.READ);

        assertThat(send(bearer(reader, "/api/v1/status"))).isEqualTo(200);
        assertThat(send(bearer(reader, "/api/v1/users"))).isEqualTo(403);
        assertThat(send(bearer(reader, "/api/v1/rollback").POST(BodyPublishers.ofString("{}"))))
                .isEqualTo(403);
        assertThat(send(bearer(reader, "/git/fleet.git/git-receive-pack").POST(BodyPublishers.noBody())))
                .isEqualTo(403);
        assertThat(send(basic("any", reader, "/git/fleet.git/info/refs?service=git-receive-pack")))
                .isEqualTo(403);
        assertThat(send(basic("any", reader, "/git/fleet.git/info/refs?service=git-upload-pack")))
                .isEqualTo(200);
    }

    @Test
    void tokenCannotMakeAStrongerOne() {
        HttpResponse<String> answer = orchestrator.send(bearer(token(Right.READ), "/api/v1/tokens")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"label\": \"up\", \"rights\": [\"admin\"]}")));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("no more than read");
    }

    @Test
    void revokedTokenIsRefusedAtOnce() {
        Tokens tokens = orchestrator.bean(Tokens.class);
        Tokens.Fresh fresh = tokens.create(admin(), "short", EnumSet.of(Right.READ));
        assertThat(send(bearer(fresh.secret(), "/api/v1/status"))).isEqualTo(200);

        tokens.revoke("admin", fresh.token().id());

        assertThat(send(bearer(fresh.secret(), "/api/v1/status"))).isEqualTo(401);
    }

    @Test
    void wrongPasswordsAreSlowedDownForTheirNameOnly() {
        for (int i = 0; i < 5; i++) {
            assertThat(send(basic("mallory", "wrong-" + i, "/git/fleet.git/info/refs?service=git-upload-pack")))
                    .isEqualTo(401);
        }

        assertThat(send(basic("mallory", "wrong-again", "/git/fleet.git/info/refs?service=git-upload-pack")))
                .isEqualTo(429);
        assertThat(send(basic(
                        "admin", RunningOrchestrator.PASSWORD, "/git/fleet.git/info/refs?service=git-upload-pack")))
                .isEqualTo(200);
    }

    @Test
    void browserSignsInStaysSignedInAndSignsOut() {
        Browser browser = new Browser();
        assertThat(browser.get("/fleet").headers().firstValue("Location").orElse(""))
                .endsWith("/sign-in");

        HttpResponse<String> signedIn =
                browser.post("/sign-in", Map.of("name", "admin", "password", RunningOrchestrator.PASSWORD));

        assertThat(signedIn.headers().firstValue("Location").orElse("")).contains("/fleet");
        assertThat(signedIn.headers().allValues("Set-Cookie"))
                .anyMatch(cookie -> cookie.startsWith("espalier-session=")
                        && cookie.contains("HttpOnly")
                        && cookie.contains("SameSite=Lax"));
        HttpResponse<String> page = browser.get("/fleet");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(browser.get("/api/v1/status").statusCode()).isEqualTo(200);

        browser.post("/sign-out", Map.of());

        assertThat(browser.get("/fleet").statusCode()).isEqualTo(302);
    }

    @Test
    void formWithoutItsTokenIsRefused() {
        Browser browser = new Browser();
        browser.get("/sign-in");
        browser.post("/sign-in", Map.of("name", "admin", "password", RunningOrchestrator.PASSWORD));

        HttpResponse<String> answer = orchestrator.send(orchestrator
                .request("/settings/tokens")
                .header("Cookie", browser.cookies())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("label=stolen&rights=admin")));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(orchestrator.bean(Tokens.class).of("admin"))
                .noneMatch(token -> token.label().equals("stolen"));
    }

    @Test
    void wrongPasswordSaysSoWithoutSayingWhetherTheNameIsKnown() {
        Browser browser = new Browser();
        browser.get("/sign-in");

        HttpResponse<String> known = browser.post("/sign-in", Map.of("name", "admin", "password", "not this one"));
        HttpResponse<String> unknown = browser.post("/sign-in", Map.of("name", "nobody", "password", "not this one"));

        assertThat(known.headers().firstValue("Location").orElse("")).endsWith("/sign-in?wrong&name=admin");
        assertThat(unknown.headers().firstValue("Location").orElse("")).endsWith("/sign-in?wrong&name=nobody");
    }

    private static Caller admin() {
        return new Caller("admin", "", EnumSet.allOf(Right.class));
    }

    private static String token(Right right) {
        return orchestrator
                .bean(Tokens.class)
                .create(admin(), "test " + right.word(), EnumSet.of(right))
                .secret();
    }

    private static Builder bearer(String token, String path) {
        return orchestrator.request(path).header("Authorization", "Bearer " + token);
    }

    private static Builder basic(String name, String secret, String path) {
        String pair = Base64.getEncoder().encodeToString((name + ":" + secret).getBytes(StandardCharsets.UTF_8));
        return orchestrator.request(path).header("Authorization", "Basic " + pair);
    }

    private static int send(Builder request) {
        return orchestrator.send(request).statusCode();
    }

    /** Keeps cookies and sends the token of the forms it got. */
    private static final class Browser {

        private final Map<String, String> jar = new LinkedHashMap<>();
        private String csrf = "";

        HttpResponse<String> get(String path) {
            return kept(orchestrator.send(orchestrator
                    .request(path)
                    .header("Accept", path.startsWith("/api/") ? "application/json" : "text/html")
                    .header("Cookie", cookies())));
        }

        HttpResponse<String> post(String path, Map<String, String> form) {
            get(jar.containsKey("espalier-session") ? "/settings" : "/sign-in");
            var fields = new LinkedHashMap<>(form);
            fields.put("_csrf", csrf);
            String body = fields.entrySet().stream()
                    .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining("&"));
            return kept(orchestrator.send(orchestrator
                    .request(path)
                    .header("Accept", "text/html")
                    .header("Cookie", cookies())
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(body))));
        }

        String cookies() {
            return jar.entrySet().stream()
                    .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                    .collect(Collectors.joining("; "));
        }

        private HttpResponse<String> kept(HttpResponse<String> answer) {
            for (String cookie : answer.headers().allValues("Set-Cookie")) {
                String pair = cookie.substring(0, cookie.indexOf(';'));
                String name = pair.substring(0, pair.indexOf('='));
                String value = pair.substring(pair.indexOf('=') + 1);
                if (value.isEmpty()) {
                    jar.remove(name);
                } else {
                    jar.put(name, value);
                }
            }
            var token = java.util.regex.Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"")
                    .matcher(answer.body());
            if (token.find()) {
                csrf = token.group(1);
            }
            return answer;
        }
    }
}

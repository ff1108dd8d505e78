package io.espalier.orchestrator.access;

import io.espalier.orchestrator.source.hosting.GitAccess;
import io.espalier.orchestrator.store.Lead;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.savedrequest.CookieRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Who may come in, and by which door: git, programs with a token, people with a browser. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AccessProperties.class)
class AccessConfiguration {

    /** No script, style or frame from anywhere else, and none inline. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
            + " frame-ancestors 'none'";

    @Bean
    Users users(JdbcClient jdbc, InstantSource clock) {
        return new Users(jdbc, clock);
    }

    @Bean
    Tokens tokens(JdbcClient jdbc, InstantSource clock) {
        return new Tokens(jdbc, clock);
    }

    @Bean
    AgentTokens agentTokens(JdbcClient jdbc, InstantSource clock) {
        return new AgentTokens(jdbc, clock);
    }

    @Bean
    Sessions sessions(JdbcClient jdbc, InstantSource clock) {
        return new Sessions(jdbc, clock);
    }

    @Bean
    SignIns signIns(Users users, Tokens tokens, InstantSource clock) {
        return new SignIns(users, tokens, clock);
    }

    @Bean
    FirstUser firstUser(Users users, Tokens tokens, AccessProperties properties, Lead lead) {
        return new FirstUser(users, tokens, properties, lead);
    }

    @Bean
    GitAccess gitAccess(SignIns signIns, Users users) {
        return new RepositoryAccess(signIns, users);
    }

    /** Refusals are told like every other error, by the one place that does so. */
    @Bean
    Refusals refusals(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver resolver) {
        return new Refusals(resolver);
    }

    /** Agents report, and nothing else; each for itself, which the desk for reports sees to. */
    @Bean
    @Order(0)
    SecurityFilterChain agentChain(HttpSecurity http, AgentTokens tokens, Refusals refusals) throws Exception {
        RequestMatcher hasToken = BearerFilter::hasAgentToken;
        PathPatternRequestMatcher.Builder paths = PathPatternRequestMatcher.withDefaults();
        shared(http.securityMatcher(hasToken))
                .csrf(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(rules -> {
                    rules.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
                            .permitAll();
                    for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.PUT)) {
                        rules.requestMatchers(
                                        paths.matcher(method, "/v1/worker/*"), paths.matcher(method, "/v1/worker/*/*"))
                                .authenticated();
                    }
                    rules.anyRequest().denyAll();
                })
                .addFilterBefore(new BearerFilter(tokens::callerOf, refusals), AuthorizationFilter.class)
                .exceptionHandling(
                        refused -> refused.authenticationEntryPoint(refusals).accessDeniedHandler(refusals));
        return http.build();
    }

    @Bean
    @Order(1)
    SecurityFilterChain gitChain(HttpSecurity http, SignIns signIns) throws Exception {
        AuthenticationEntryPoint ask = (request, response, e) -> {
            if (e instanceof TooManyTriesException tries) {
                response.setHeader(
                        HttpHeaders.RETRY_AFTER,
                        Long.toString(Math.max(1, tries.retryAfter().toSeconds())));
                plain(response, HttpStatus.TOO_MANY_REQUESTS, String.valueOf(e.getMessage()));
                return;
            }
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Espalier\", charset=\"UTF-8\"");
            plain(response, HttpStatus.UNAUTHORIZED, "sign in with your name and password, or any name and a token");
        };
        AccessDeniedHandler deny = (request, response, e) -> plain(
                response, HttpStatus.FORBIDDEN, "this needs the right to push, which your token or account lacks");
        shared(http.securityMatcher(
                        request -> request.getRequestURI().startsWith("/git/") && !BearerFilter.hasToken(request)))
                .csrf(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(rules -> {
                    rules.requestMatchers(AccessConfiguration::asksToPush).hasAuthority(Right.PUSH.word());
                    applyRules(rules);
                })
                .authenticationProvider(passwords(signIns::byBasic))
                .httpBasic(basic -> basic.authenticationEntryPoint(ask))
                .exceptionHandling(
                        refused -> refused.authenticationEntryPoint(ask).accessDeniedHandler(deny));
        return http.build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain tokenChain(HttpSecurity http, SignIns signIns, Refusals refusals) throws Exception {
        RequestMatcher hasToken = BearerFilter::hasToken;
        shared(http.securityMatcher(hasToken))
                // No browser sends this header by itself
                .csrf(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(AccessConfiguration::applyRules)
                .addFilterBefore(new BearerFilter(signIns::byToken, refusals), AuthorizationFilter.class)
                .exceptionHandling(
                        refused -> refused.authenticationEntryPoint(refusals).accessDeniedHandler(refusals));
        return http.build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain browserChain(HttpSecurity http, SignIns signIns, Sessions sessions, Refusals refusals)
            throws Exception {
        var visited = new CookieRequestCache();
        visited.setRequestMatcher(request -> isPage(request) && "GET".equals(request.getMethod()));
        AuthenticationEntryPoint toSignIn = (request, response, e) -> {
            if (isPage(request)) {
                response.sendRedirect("/sign-in");
            } else {
                refusals.commence(request, response, e);
            }
        };
        shared(http)
                .csrf(csrf -> csrf.csrfTokenRepository(new CookieCsrfTokenRepository())
                        .ignoringRequestMatchers("/hooks/**"))
                .securityContext(context -> context.securityContextRepository(new SessionCookies(sessions)))
                .requestCache(cache -> cache.requestCache(visited))
                .authorizeHttpRequests(AccessConfiguration::applyRules)
                .authenticationProvider(passwords(signIns::byPassword))
                .formLogin(form -> form.loginPage("/sign-in")
                        .usernameParameter("name")
                        .passwordParameter("password")
                        .failureHandler(AccessConfiguration::signInFailed))
                .logout(logout -> logout.logoutUrl("/sign-out")
                        .addLogoutHandler((request, response, signedIn) -> new SessionCookies(sessions)
                                .saveContext(
                                        org.springframework.security.core.context.SecurityContextHolder
                                                .createEmptyContext(),
                                        request,
                                        response))
                        .logoutSuccessUrl("/sign-in?left"))
                .exceptionHandling(
                        refused -> refused.authenticationEntryPoint(toSignIn).accessDeniedHandler(refusals));
        return http.build();
    }

    private static HttpSecurity shared(HttpSecurity http) throws Exception {
        return http.sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
                        .referrerPolicy(policy -> policy.policy(
                                org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter
                                        .ReferrerPolicy.SAME_ORIGIN))
                        .frameOptions(frame -> frame.deny()))
                .anonymous(anonymous -> {});
    }

    private static void applyRules(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry rules) {
        rules.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR).permitAll();
        PathPatternRequestMatcher.Builder paths = PathPatternRequestMatcher.withDefaults();
        for (AccessRules.Rule rule : AccessRules.ALL) {
            RequestMatcher matcher = rule.method() == null
                    ? paths.matcher(rule.pattern())
                    : new ReadsAlike(paths.matcher(rule.pattern()), rule.method());
            var matched = rules.requestMatchers(matcher);
            if (rule.right().isPresent()) {
                matched.hasAuthority(rule.right().get().word());
            } else {
                matched.permitAll();
            }
        }
        rules.anyRequest().denyAll();
    }

    /** HEAD is a GET without its body. */
    private record ReadsAlike(RequestMatcher path, HttpMethod method) implements RequestMatcher {
        @Override
        public boolean matches(HttpServletRequest request) {
            String asked = "HEAD".equals(request.getMethod()) ? "GET" : request.getMethod();
            return method.matches(asked) && path.matches(request);
        }
    }

    private static boolean asksToPush(HttpServletRequest request) {
        return request.getRequestURI().endsWith("/git-receive-pack")
                || "git-receive-pack".equals(request.getParameter("service"));
    }

    /** Whether a person looks at the answer, rather than a program or a script of a page. */
    private static boolean isPage(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return !request.getRequestURI().startsWith("/api/")
                && request.getHeader("HX-Request") == null
                && accept != null
                && accept.contains(MediaType.TEXT_HTML_VALUE);
    }

    private static void signInFailed(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException e) throws IOException {
        String why = e instanceof TooManyTriesException tries
                ? "wait=" + Math.max(1, tries.retryAfter().toSeconds())
                : "wrong";
        String name = request.getParameter("name");
        response.sendRedirect(
                "/sign-in?" + why + (name == null ? "" : "&name=" + URLEncoder.encode(name, StandardCharsets.UTF_8)));
    }

    private static void plain(HttpServletResponse response, HttpStatus status, String text) throws IOException {
        response.setStatus(status.value());
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter().println(text);
    }

    @FunctionalInterface
    private interface Check {
        java.util.Optional<Caller> callerOf(String name, String secret, String address);
    }

    private static AuthenticationProvider passwords(Check check) {
        return new AuthenticationProvider() {
            @Override
            public Authentication authenticate(Authentication asked) {
                String address = asked.getDetails() instanceof WebAuthenticationDetails details
                        ? details.getRemoteAddress()
                        : "";
                return check.callerOf(asked.getName(), String.valueOf(asked.getCredentials()), address)
                        .map(CallerAuthentication::new)
                        .orElseThrow(() -> new BadCredentialsException("wrong name, password or token"));
            }

            @Override
            public boolean supports(Class<?> type) {
                return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
            }
        };
    }
}

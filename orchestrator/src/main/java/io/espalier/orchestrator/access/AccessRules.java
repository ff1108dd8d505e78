package io.espalier.orchestrator.access;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;

/**
 * What each URL asks for. The first rule that matches counts; a URL that none matches is refused to everybody, so a new
 * one that was forgotten here fails closed (and a test names it).
 */
final class AccessRules {

    /**
     * @param method any if absent
     * @param pattern as Spring's path patterns
     * @param right needed; nobody need sign in if absent
     */
    record Rule(@Nullable HttpMethod method, String pattern, Optional<Right> right) {}

    static final List<Rule> ALL = List.of(
            // Open: what the sign-in page needs, what is asked by machines that have no account
            open(HttpMethod.GET, "/actuator/health/**"),
            open(HttpMethod.POST, "/hooks/**"),
            open(HttpMethod.GET, "/assets/**"),
            open(HttpMethod.GET, "/webjars/**"),
            open(HttpMethod.GET, "/static/**"),
            open(HttpMethod.GET, "/favicon.ico"),
            open(null, "/sign-in"),
            open(null, "/error"),
            // Hosted repositories, for git itself
            needs(HttpMethod.POST, "/git/*/git-receive-pack", Right.PUSH),
            needs(null, "/git/**", Right.READ),
            // People
            needs(null, "/api/v1/users/**", Right.ADMIN),
            needs(null, "/api/v1/audit/**", Right.ADMIN),
            needs(HttpMethod.POST, "/api/v1/tokens", Right.READ),
            needs(null, "/api/v1/enrol/**", Right.ADMIN),
            // What a backup holds may be more than who looks on should know
            needs(HttpMethod.GET, "/api/v1/backups/snapshots/*/*/entries", Right.DEPLOY),
            // Looking, and what changes nothing though it is a POST
            needs(HttpMethod.GET, "/api/v1/**", Right.READ),
            needs(HttpMethod.POST, "/api/v1/validate", Right.READ),
            // Changing
            needs(HttpMethod.POST, "/api/v1/sources/*/sync", Right.PUSH),
            needs(HttpMethod.POST, "/api/v1/rollouts/**", Right.DEPLOY),
            needs(HttpMethod.POST, "/api/v1/rollback", Right.DEPLOY),
            needs(HttpMethod.POST, "/api/v1/drift/*/heal", Right.DEPLOY),
            needs(HttpMethod.POST, "/api/v1/dns/purge", Right.DEPLOY),
            needs(HttpMethod.POST, "/api/v1/hosts/*/runs", Right.DEPLOY),
            needs(HttpMethod.POST, "/api/v1/backups/prune", Right.ADMIN),
            needs(HttpMethod.POST, "/api/v1/backups/*", Right.DEPLOY),
            // Pages
            needs(HttpMethod.GET, "/backups/*/*", Right.DEPLOY),
            needs(HttpMethod.GET, "/backups/**", Right.READ),
            needs(HttpMethod.POST, "/backups/*", Right.DEPLOY),
            needs(HttpMethod.GET, "/", Right.READ),
            needs(HttpMethod.GET, "/fleet/**", Right.READ),
            needs(HttpMethod.GET, "/hosts/**", Right.READ),
            needs(HttpMethod.GET, "/sources/*/edit", Right.PUSH),
            needs(HttpMethod.GET, "/sources/**", Right.READ),
            needs(HttpMethod.GET, "/plan/**", Right.READ),
            needs(HttpMethod.GET, "/rollouts/**", Right.READ),
            needs(HttpMethod.GET, "/drift/**", Right.READ),
            needs(HttpMethod.GET, "/jobs", Right.READ),
            needs(HttpMethod.POST, "/jobs/run", Right.DEPLOY),
            needs(HttpMethod.GET, "/search/**", Right.READ),
            needs(HttpMethod.GET, "/settings/**", Right.READ),
            needs(HttpMethod.POST, "/settings/tokens/**", Right.READ),
            needs(HttpMethod.POST, "/settings/users/**", Right.ADMIN),
            needs(HttpMethod.GET, "/dns/**", Right.READ),
            needs(HttpMethod.POST, "/dns/purge", Right.DEPLOY),
            needs(HttpMethod.POST, "/sign-out", Right.READ),
            needs(HttpMethod.POST, "/sources/*/sync", Right.PUSH),
            needs(HttpMethod.POST, "/sources/*/edit", Right.PUSH),
            needs(HttpMethod.POST, "/plan/deploy", Right.DEPLOY),
            needs(HttpMethod.POST, "/rollouts/**", Right.DEPLOY),
            needs(HttpMethod.POST, "/rollback", Right.DEPLOY),
            needs(HttpMethod.POST, "/drift/*/heal", Right.DEPLOY),
            // The metrics tree; Graphite's clients ask by POST too
            needs(null, "/push/**", Right.PUSH),
            needs(HttpMethod.POST, "/relay", Right.PUSH),
            needs(HttpMethod.GET, "/get/**", Right.READ),
            needs(HttpMethod.GET, "/pull/**", Right.READ),
            needs(HttpMethod.GET, "/realtime/**", Right.READ),
            needs(HttpMethod.GET, "/trend/**", Right.READ),
            needs(HttpMethod.GET, "/diff/**", Right.READ),
            needs(HttpMethod.GET, "/graph/**", Right.READ),
            needs(HttpMethod.GET, "/limits", Right.READ),
            needs(null, "/metrics/**", Right.READ),
            needs(null, "/render/**", Right.READ),
            needs(null, "/events/get_data", Right.READ),
            needs(HttpMethod.GET, "/version/**", Right.READ),
            needs(HttpMethod.GET, "/setting/view/**", Right.READ),
            needs(HttpMethod.POST, "/setting/view/**", Right.DEPLOY),
            // What agents report
            needs(HttpMethod.POST, "/v1/worker/*/token", Right.ADMIN),
            needs(HttpMethod.GET, "/v1/worker/**", Right.READ),
            needs(HttpMethod.PUT, "/v1/worker/**", Right.PUSH),
            needs(HttpMethod.GET, "/workers", Right.READ),
            // For programs that watch the orchestrator
            needs(HttpMethod.GET, "/actuator/**", Right.READ),
            needs(HttpMethod.GET, "/v3/api-docs/**", Right.READ),
            needs(HttpMethod.GET, "/v3/api-docs.yaml", Right.READ));

    private AccessRules() {}

    private static Rule open(@Nullable HttpMethod method, String pattern) {
        return new Rule(method, pattern, Optional.empty());
    }

    private static Rule needs(@Nullable HttpMethod method, String pattern, Right right) {
        return new Rule(method, pattern, Optional.of(right));
    }
}

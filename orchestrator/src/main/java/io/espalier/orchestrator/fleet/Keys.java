package io.espalier.orchestrator.fleet;

import java.util.List;

/**
 * The keys of one kind of map. The shipped JSON Schemas hold the same lists; a test compares them.
 *
 * @param known what may be written
 * @param later what the design has and this version does not
 */
record Keys(List<String> known, List<String> later) {

    static final Keys FLEET = of("fleet", "sources", "tiers", "rollout", "drift");
    static final Keys SOURCE = of("git", "svn", "ref", "pick");
    static final Keys TIER = of("title", "push");
    static final Keys ROLLOUT = of("order", "canary", "parallel", "max-failures", "soak", "approve", "confirm")
            .later("gate", "freeze");
    static final Keys DRIFT = of("check", "heal");
    static final Keys HOST = of("address", "port", "user", "jump", "host-key", "tier", "tags", "vars");
    static final Keys UNIT = of(
            "unit",
            "on",
            "needs",
            "packages",
            "users",
            "sysctl",
            "files",
            "validate",
            "check",
            "reload",
            "health",
            "service",
            "jobs");
    static final Keys ON = of("tier", "tag", "host").later("where");
    static final Keys USER = of("name", "system", "home", "shell", "groups");
    static final Keys FILE = of("to", "template", "templates", "file", "files", "purge", "owner", "group", "mode")
            .later("checkout", "secret", "keep", "shared");
    static final Keys COMMAND = of("run", "timeout");
    static final Keys HEALTH = of("http", "tcp", "exec", "status", "expect", "within");
    static final Keys SERVICE = of("name", "check");
    static final Keys SERVICE_CHECK = of("systemd", "process", "http", "tcp", "exec", "status", "expect", "within");
    static final Keys JOB = of(
                    "run", "report", "name", "cron", "zone", "every", "user", "timeout", "jitter", "missed", "overlap")
            .later("backup", "log", "keep");

    Keys {
        known = List.copyOf(known);
        later = List.copyOf(later);
    }

    private static Keys of(String... known) {
        return new Keys(List.of(known), List.of());
    }

    private Keys later(String... later) {
        return new Keys(known, List.of(later));
    }
}

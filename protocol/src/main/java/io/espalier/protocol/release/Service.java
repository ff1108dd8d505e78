package io.espalier.protocol.release;

/**
 * What a unit is there for, as reported by the host: does it work?
 *
 * @param name as it stands in reports; one of its name on a host
 */
public record Service(String name, Check check) {

    public Service {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")) {
            throw new IllegalArgumentException("service: " + name + " (expected: [A-Za-z0-9_.@-], 1 to 64 characters)");
        }
    }

    /** How it is asked. */
    public sealed interface Check {

        /** Active, says systemd. */
        record Systemd(String unit) implements Check {}

        /** A process whose program has this name. */
        record Program(String name) implements Check {}

        /** It answers well within the check's time. */
        record Asked(HealthCheck health) implements Check {}
    }
}

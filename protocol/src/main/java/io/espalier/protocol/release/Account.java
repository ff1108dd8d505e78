package io.espalier.protocol.release;

import java.util.List;
import java.util.Optional;

/**
 * A user account that a unit needs on its host; made when it is absent, never removed.
 *
 * @param name of the user; its primary group has the same name
 * @param system whether it gets a system id and no ageing
 * @param home absolute path; absent means the system's default and no folder for system accounts
 * @param shell absolute path; absent means no login
 * @param groups further groups, made when absent
 */
public record Account(String name, boolean system, Optional<String> home, Optional<String> shell, List<String> groups) {

    public Account {
        groups = List.copyOf(groups);
        if (!name.matches("[a-z_][a-z0-9_-]{0,31}")) {
            throw new IllegalArgumentException("account: " + name + " (expected: [a-z_][a-z0-9_-]{0,31})");
        }
    }
}
